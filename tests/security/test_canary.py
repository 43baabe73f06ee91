"""No line of a hidden test reaches a learner, in any format, however the test ends."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from course.cli.progress import Progress
from course.judge.judge import PytestJudge
from course.model.grade import Learner
from course.model.verdict import Verdict
from course.report.grades.formats import FORMATS
from course.report.grades.replays import replay_json, replay_lines
from course.report.verdicts import verdict_json, verdict_lines
from course.runs.checks import Checks
from course.runs.grading.grader import Terms, settled
from course.runs.grading.layout import Scope
from course.runs.grading.replay import Replay
from course.runs.grading.submissions import Entry, Task
from course.sandbox.choice import Chooser
from tests.security.attack import HERE, honest_exercise
from tests.unit.report.test_grades_other_graders import RUNNER

CANARY = "CANARY-6f1d0c"
SUBMISSIONS = {
    "right": "double = lambda v: [2 * n for n in v]\nlabel = '<{}>'.format\n",
    "wrong": "double = label = nest = lambda *_, **__: 1\n",
    "raises": "def double(*_):\n    raise AssertionError(open('/proc/self/maps').read(99))\n",
    "no such shape": "double = label = nest = lambda *_, **__: None\n",
    "does not load": "import no_such_module\n",
    "leaves": "import os\nos._exit(3)\n",
    "looks around": (
        "import gc, sys, os\n"
        "def double(*_):\n"
        "    print([str(o)[:200] for o in gc.get_objects() if isinstance(o, str)][:50])\n"
        "    print(sorted(sys.modules), os.environ, sys.argv)\n"
    ),
}


@pytest.fixture(scope="module")
def checks() -> Iterator[Checks]:
    judge = PytestJudge()
    checks = Checks(Chooser("embedded"), judge, ahead=False)
    yield checks
    checks.close()
    judge.close()


@pytest.fixture(params=SUBMISSIONS)
def verdict(request, checks) -> Verdict:
    return checks.check(honest_exercise(), SUBMISSIONS[request.param].encode(), seed=1)


def test_the_hidden_tests_have_a_canary_so_this_can_fail():
    (test,) = honest_exercise().tests
    assert CANARY in test.read_text(encoding="utf-8")
    with_redis = (HERE / "exercise_with_redis" / "test_keep.py").read_text(encoding="utf-8")
    assert CANARY in with_redis


def test_no_line_of_a_hidden_test_is_in_what_a_learner_sees(verdict, tmp_path, monkeypatch):
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)
    exercise = honest_exercise()
    task = Task(Entry(Learner("anna"), tmp_path, tmp_path), exercise, Scope((exercise,)))
    terms = Terms(seed=1, partial=True)
    graded = settled(task, verdict, {"answer.py": b""}, terms)
    again = Replay(replace(graded.grade, outcome="error"), graded)
    shown = {
        "lines": "\n".join(verdict_lines(verdict, 80)),
        "object": json.dumps(verdict_json(verdict)),
        "replay": "\n".join(replay_lines(again)) + json.dumps(replay_json(again)),
        **{name: one.whole([graded]) for name, one in FORMATS.items()},
    }
    hidden = hidden_lines()
    assert len(hidden) > 15
    for name, text in shown.items():
        assert CANARY not in text, name
        assert [line for line in hidden if line in text] == [], name


def hidden_lines() -> list[str]:
    """The lines of the tests that say how they test; titles and hints are for the learner."""
    (test,) = honest_exercise().tests
    lines = (line.strip() for line in test.read_text(encoding="utf-8").splitlines())
    told = ('"""', "@pytest.mark", "import", "from")
    return [line for line in lines if len(line) > 12 and not line.startswith(told)]


def test_nothing_a_learner_writes_is_a_command_to_ci(capsys):
    """CI obeys lines that begin with two colons; grading writes files, and begins lines itself."""
    with closing(Progress(1)) as progress:
        progress.step("passed \n::error::owned\r::stop-commands::x exercise")
    said = capsys.readouterr().err.splitlines()
    assert said
    assert [line for line in said if line.lstrip().startswith("::")] == []
    workflow = (HERE.parents[1] / "docs/drop-ins/github-actions.yml").read_text(encoding="utf-8")
    grading = workflow.replace("\\\n", "").splitlines()
    commands = [line for line in grading if "course grade" in line and "#" not in line]
    assert len(commands) == 2
    assert all("--output" in line for line in commands)
