import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.content.manifest import read_manifest
from course.content.text import read_steps
from tests.fixture_course import FIXTURES

TEXT = "lesson.md"


def _read(folder, text: str | None = None):
    if text is not None:
        (folder.path / TEXT).write_text(text)
    manifest = read_manifest(folder.path / "lesson.toml")[0]
    assert manifest is not None
    return read_steps(folder.path / TEXT, manifest)


def test_a_text_is_cut_into_steps_and_blocks(folder):
    steps, problems = _read(folder)
    assert problems == []
    assert [step.title for step in steps] == ["Bump it", "Think first", "Your turn"]
    assert [block.kind for block in steps[0].blocks] == [
        "text",
        "trigger",
        "trigger",
        "gauges",
        "text",
    ]


def test_a_trigger_fence_carries_arguments_of_the_declared_types(folder):
    blocks = _read(folder)[0][0].blocks
    assert blocks[2].names == ("bump",)
    assert blocks[2].arguments == (("by", 2), ("label", "double"))


def test_an_ordinary_fence_stays_text_and_its_hashes_are_no_headings(folder):
    steps, problems = _read(folder, "# T\n\n## S\n\n```sh\n# not a title\n## not a step\n```\n")
    assert problems == []
    assert [step.title for step in steps] == ["S"]
    assert "## not a step" in steps[0].blocks[0].text


def test_text_before_the_first_step_is_a_step_of_its_own(folder):
    steps, problems = _read(folder, "# T\n\nWelcome.\n\n## S\n\nMore.\n")
    assert problems == []
    assert [step.title for step in steps] == ["Counting: the smallest lab there is", "S"]


def test_a_longer_fence_may_hold_a_shorter_one(folder):
    steps, problems = _read(folder, "# T\n## S\n````md\n```trigger\nnothing\n```\n````\n")
    assert problems == []
    assert [block.kind for block in steps[0].blocks] == ["text"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "bump\nbump by",
            "bmup\nbump by",
            "lesson.md:8: there is no trigger 'bmup'. Did you mean 'bump'?",
        ),
        ("by=2", "bye=2", "lesson.md:9: 'bump' has no parameter 'bye'. Did you mean 'by'?"),
        ("by=2", "by=two", "lesson.md:9: 'two' is not a whole number, as 'bump:by' wants."),
        ("by=2", "by", "lesson.md:9: 'by' is not NAME=VALUE."),
        (
            "```gauges\ncount",
            "```gauges\ncuont",
            "lesson.md:13: there is no gauge 'cuont'. Did you mean 'count'?",
        ),
        ("\ntwice\n", "\nonce\n", "there is no experiment 'once'"),
        ("\nadd\n", "\nadds\n", "there is no exercise 'adds'. Did you mean 'add'?"),
        ("lesson.py:bump", "lesson.py", "'lesson.py' is not FILE:FUNCTION"),
        ("lesson.py:bump", "../x.py:bump", "'../x.py:bump' is not FILE:FUNCTION"),
        ("\nadd\n```", "\nadd\n", "lesson.md:36: a fence is never closed"),
        ("# Counting", "Counting", "lesson.md:1: the first line should be '# '"),
        ("## Think first", "# Think first", "lesson.md:20: a second '# ' heading"),
        ("## Your turn", "## Empty\n\n## Your turn", "nothing stands under 'Empty'"),
        ("```experiment\ntwice\n", "```experiment\n", "an empty experiment fence"),
    ],
)
def test_a_fault_is_named_by_its_line(folder, old, new, complaint):
    folder.change(TEXT, old, new)
    found = [str(problem) for problem in _read(folder)[1]]
    assert any(complaint in problem for problem in found), found


def test_a_text_that_is_not_utf8_or_not_there_is_a_problem(folder):
    (folder.path / TEXT).write_bytes(b"\xff")
    assert "not UTF-8" in str(_read(folder)[1][0])
    (folder.path / TEXT).unlink()
    assert "missing" in str(_read(folder)[1][0])


_LINES = st.sampled_from(
    ["# T", "## S", "##", "```trigger", "bump", "bump by=", "```", "~~~", "````", "text", "", "# "]
) | st.text(max_size=10)


@given(lines=st.lists(_LINES, max_size=12))
def test_no_lines_crash_the_reader_and_none_is_lost(lines, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / TEXT
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    manifest = read_manifest(FIXTURES / "01-counting" / "lesson.toml")[0]
    assert manifest is not None
    steps, problems = read_steps(path, manifest)
    shown = "\n".join(block.text for step in steps for block in step.blocks)
    assert problems or all(line in shown for line in lines if line == "text")
