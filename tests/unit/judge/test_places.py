"""Tests are found wherever a course lies."""

from dataclasses import replace

import pytest

from tests.unit.judge.conftest import Answers


@pytest.mark.parametrize("name", ["a [1] b", "two::colons", "sp ace", "\x1b[2J", "ünï"])
def test_a_course_may_lie_in_a_folder_of_any_name(judge, exercise, tmp_path, name):
    found = exercise("def test_it(submission):\n    assert True\n")
    folder = tmp_path / name
    folder.mkdir()
    tests = tuple(test.rename(folder / test.name) for test in found.tests)
    verdict = judge.run(replace(found, folder=folder, tests=tests), Answers(), seed=1)
    assert (verdict.outcome, verdict.why) == ("passed", verdict.why)
