"""A task is taken apart into what it states."""

from course.content.statements import places, statements

TASK = """# Wait 3 times

Write `wait()`. It takes 5 seconds.

1. First it waits. Then it
   looks `a.b()` up.
2. It gives up; after `2 * n`.

- A list may be nested:
  - inside, too
- v1.2/x is one sentence, e.g. this one.

| state | seconds |
| --- | --- |
| ready | 4 |

```python
- 77 is code
```

    88 is code as well

The end.
"""


def found(kind):
    return [
        " ".join(TASK[one.start : one.end].split()) for one in statements(TASK) if one.kind == kind
    ]


def test_every_sentence_of_every_item_is_a_statement():
    assert found("sentence") == [
        "First it waits.",
        "Then it looks `a.b()` up.",
        "It gives up; after `2 * n`.",
        "A list may be nested:",
        "inside, too",
        "v1.2/x is one sentence, e.g. this one.",
    ]


def test_every_cell_below_a_border_is_a_statement():
    assert found("cell") == ["ready", "4"]


def test_every_number_outside_code_and_list_markers_is_a_statement():
    assert found("number") == ["3", "5", "2", "4"]


def test_white_space_does_not_matter_where_a_text_stands():
    ((start, end),) = places(TASK, "Then it looks")
    assert TASK[start:end] == "Then it\n   looks"
    assert places(TASK, "Then he looks") == ()
