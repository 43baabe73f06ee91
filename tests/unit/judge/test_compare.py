"""Equal means equal in type, too."""

import pytest

from course.judge.compare import same


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "", "é", [], [1, [2.0]], {}, {"a": [{"b": None}]}]
)
def test_a_value_is_the_same_as_itself(value):
    assert same(value, value)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (1, True), (0, False), (1, 1.0), ("1", 1), (None, 0), ([1], [1.0]), ([1], [1, 2]),
        ([1, 2], [2, 1]), ({"a": 1}, {"a": True}), ({"a": 1}, {"b": 1}), ({"a": 1}, {}),
        ((1,), [1]),
    ],
)  # fmt: skip
def test_other_values_are_not(answer, expected):
    assert not same(answer, expected)
    assert not same(expected, answer)


def test_an_object_that_equals_everything_is_the_same_as_nothing_else():
    class Equal:
        __eq__ = lambda *_: True  # noqa: E731
        __hash__ = None

    assert not same(Equal(), 1)
