"""A module that is not here is told for what it is, with what there is instead."""

import pytest

from runner.loading import parse
from tests.unit.runner.test_submission import failure

SENTENCE = "This lab does not have tenacity; it has: the standard library, redis, pymongo"


@pytest.mark.parametrize(
    "text",
    [
        "import tenacity\ndef f(): return 1",
        "from tenacity.wait import wait_fixed\ndef f(): return 1",
        "def f():\n    import tenacity\n    return tenacity",
    ],
)
def test_a_missing_module_is_named_with_what_there_is(submit, text):
    found = failure(submit(text), "f")
    assert found["kind"] == "lacking"
    assert found["message"].startswith(SENTENCE)
    assert (
        found["line"] == text.split("\n").index(next(t for t in text.split("\n") if "ten" in t)) + 1
    )


def test_what_the_submission_catches_or_brings_along_is_no_failure(submit):
    text = "try:\n    import tenacity\nexcept ImportError:\n    tenacity = None\ndef f(): return 1"
    assert submit(text).call("f", [], {}, "n0nce")["value"] == 1


def test_a_part_of_a_module_that_is_here_is_told_as_python_tells_it(submit):
    found = failure(submit("import json.nothing\ndef f(): return 1"), "f")
    assert found["kind"] == "import"
    assert found["message"].startswith("ModuleNotFoundError: No module named 'json.nothing'")


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("import sys\nimport tenacity\n", True),
        ("import tenacity.wait as wait\n", True),
        ("try:\n    import tenacity\nexcept ImportError:\n    pass\n", False),
        ("def later():\n    import tenacity\n", False),
        ("import neighbour, redis, json.decoder\nfrom .here import x\n", False),
    ],
)
def test_a_program_that_needs_a_missing_module_is_told_before_it_runs(
    text, is_told, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neighbour.py").write_text("")
    (tmp_path / "program.py").write_text(text)
    told = parse("program.py")
    assert (SENTENCE in told) is is_told
    assert told == '"value": true' or is_told
