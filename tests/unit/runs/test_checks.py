"""A check from the learner's file to the verdict, in an embedded sandbox and around fakes."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from course.errors import (
    CourseError,
    LessonError,
    SandboxLost,
    SubmissionRefused,
    UsageError,
)
from course.judge.judge import PytestJudge
from course.model.verdict import Verdict
from course.runs.checks import Checks
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

EXERCISE = honest_exercise()
HONEST = EXERCISE.solution.read_bytes()


class Session:
    """Answers every command from a table; an exception in it is raised."""

    kind = "embedded"

    def __init__(self, **answers: object) -> None:
        self._answers = {
            "submit": None,
            "open": {},
            "ping": {"alive": True, "foreign": []},
            "output": {"text": "printed\x1b", "dropped": 0},
            "restart": None,
        } | answers
        self.asked: list[tuple[str, dict]] = []
        self.is_closed = False

    def request(self, command, *, seconds, **arguments):
        assert seconds > 0
        self.asked.append((command, arguments))
        answer = self._answers[command]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        self.is_closed = True


class Sandboxes:
    """Hands out the given sessions in turn."""

    def __init__(self, *sessions: Session) -> None:
        self.waiting = list(sessions)

    def report(self):
        raise NotImplementedError

    def answers(self):
        return True

    def open_for_check(self, exercise, seed=None):
        return self.waiting.pop(0)


class Judge:
    """Comes to a given outcome after it has asked what a test would ask."""

    def __init__(self, outcome="passed", *asks) -> None:
        self._outcome = outcome
        self._asks = asks
        self.beside: list[int] = []  # how many submissions each run had

    def warm(self):
        """Nothing to start."""

    def run(self, exercise, *submissions, seed):
        self.beside.append(len(submissions))
        for command, arguments in self._asks:
            for submission in submissions:
                submission.ask(command, arguments)
        return Verdict(exercise.slug, self._outcome, "why", seed=seed)

    def close(self):
        """Nothing to end."""


class Forgiving(Judge):
    """Comes to the same outcome as another one, though its question was refused."""

    def __init__(self, other: Judge) -> None:
        super().__init__(other._outcome, *other._asks)

    def run(self, exercise, *submissions, seed):
        with contextlib.suppress(CourseError):
            return super().run(exercise, *submissions, seed=seed)
        return Verdict(exercise.slug, self._outcome, "why", seed=seed)


def check(session: Session, judge: Judge | None = None, files=HONEST, **changes):
    checks = Checks(Sandboxes(session), judge or Judge(), ahead=False)
    try:
        return checks.check(replace(EXERCISE, **changes), files, seed=7)
    finally:
        checks.close()


def test_the_verdict_says_where_and_on_which_seed():
    verdict = check(Session())
    assert (verdict.outcome, verdict.sandbox, verdict.seed) == ("passed", "embedded", 7)
    assert verdict.output == "printed\\x1b"


def test_the_session_is_closed_whatever_happens():
    for session in (Session(), Session(submit=SandboxLost("gone")), Session(submit=KeyError("x"))):
        check(session)
        assert session.is_closed


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (SandboxLost("It is gone."), "The sandbox was lost: It is gone."),
        (LessonError("KeyError: 'x'", evidence="rig.py:3"), "at fault: KeyError: 'x' rig.py:3"),
        (KeyError("bug"), "The check itself broke: KeyError: 'bug'"),
    ],
)
@pytest.mark.parametrize("command", ["submit", "output", "ping"])
def test_what_is_not_the_learners_fault_is_an_error(command, error, why):
    verdict = check(Session(**{command: error}))
    assert verdict.outcome == "error"
    assert why in verdict.why


def test_a_pass_needs_an_agent_that_is_alive_and_nobody_on_its_ports():
    assert check(Session(ping={"alive": False})).outcome == "error"
    verdict = check(Session(ping={"alive": True, "foreign": [6379]}))
    assert verdict.outcome == "failed"
    assert "6379" in verdict.why


@pytest.mark.parametrize("outcome", ["passed", "failed", "error"])
def test_somebody_else_on_a_port_is_the_reason_whatever_else_went_wrong(outcome):
    """A squatter can make tests fail, and a rig break; neither is what has to be told first."""
    asked = Judge(outcome, ("fire", {"trigger": "go", "params": {}}))
    for fire in ({}, SubmissionRefused("Redis is kept busy."), LessonError("port in use")):
        session = Session(ping={"alive": True, "foreign": [6379]}, fire=fire)
        judge = asked if isinstance(fire, dict) else Forgiving(asked)
        verdict = check(session, judge)
        assert (verdict.outcome, verdict.why) == (
            "failed",
            "Somebody else answered on a port of the system (6379).",
        )


def test_who_listens_is_asked_also_after_a_trigger_that_failed():
    session = Session(fire=LessonError("KeyError: 'x'"))
    check(session, Forgiving(Judge("error", ("fire", {"trigger": "go", "params": {}}))))
    assert [command for command, _ in session.asked][1:4] == ["ping", "fire", "ping"]


def test_a_rig_that_refuses_the_submission_makes_it_fail_with_that_reason():
    rig = EXERCISE.folder / "answer.py"  # any file
    asked = Judge("failed")
    verdict = check(Session(open=SubmissionRefused("nginx: unknown directive")), asked, rig=rig)
    assert (verdict.outcome, verdict.why) == ("failed", "nginx: unknown directive")


def test_a_rig_finds_the_modules_of_its_lesson_beside_it(tmp_path: Path):
    folder = tmp_path / "lesson" / "exercises" / "one"
    folder.mkdir(parents=True)
    for name in ("lesson.py", "lesson.toml", "system.py", "web.yaml"):
        (tmp_path / "lesson" / name).write_text("")
    (folder / "rig.py").write_text("import system")
    session = Session()
    check(session, rig=folder / "rig.py")
    opened = dict(session.asked)["open"]
    assert [one["name"] for one in opened["files"]] == ["system.py", "web.yaml", "rig.py"]
    assert opened["entry"] == "rig.py"


def test_a_program_that_does_not_parse_fails_before_its_rig_starts():
    failure = {"kind": "import", "message": "SyntaxError: invalid syntax", "line": 2, "trace": []}
    session = Session(call={"nonce": "parse", "failure": failure})
    rig = EXERCISE.folder / "answer.py"
    verdict = check(session, Judge("failed"), kind="program", rig=rig)
    assert verdict.why == "answer.py does not load: SyntaxError: invalid syntax (line 2)"
    assert "open" not in [command for command, _ in session.asked]


@pytest.mark.parametrize(
    "files",
    [
        {"other.py": b""},
        {"answer.py": b"", "conftest.py": b""},
        {"answer.py": b"", "sub/sitecustomize.py": b""},
        {"answer.py": b"", "x.pth": b""},
        {"answer.py": b"", "x.so": b""},
        {"answer.py": b"", "json.py": b""},
        {"answer.py": b"", "redis/__init__.py": b""},
        {"answer.py": b"", "harness.py": b""},
        {"answer.py": b"", "../x.py": b""},
        {"answer.py": b"", "/etc/x.py": b""},
        {"answer.py": b"", "a/./x.py": b""},
        {"answer.py": b"", ".hidden": b""},
        {"answer.py": b"", "é.py": b""},
        {"answer.py": b"", "x" * 300: b""},
        {"answer.py": b"x" * (1 << 20) + b"y"},
        {"answer.py": b""} | {f"f{n}.py": b"" for n in range(200)},
        {"answer.py": b""} | {f"f{n}.py": b"x" * (1 << 20) for n in range(4)} | {"g.py": b"x"},
    ],
)
def test_files_that_a_submission_may_not_bring_never_reach_a_sandbox(files):
    sandboxes = Sandboxes()
    verdict = Checks(sandboxes, Judge(), ahead=False).check(EXERCISE, files)
    assert verdict.outcome == "failed"
    assert verdict.why


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        check(Session(), files=tmp_path / "nothing.py")


def test_the_next_check_finds_a_session_ready_unless_that_one_died():
    first, second, third = Session(), Session(ping=SandboxLost("deadline")), Session()
    checks = Checks(Sandboxes(first, second, third, Session()), Judge())
    checks.check(EXERCISE, HONEST)
    assert checks._ready._next.openings[0].result(5) is second
    checks.check(EXERCISE, HONEST)
    checks.close()
    assert second.is_closed
    assert third.is_closed


def test_a_session_that_cannot_be_prepared_is_tried_again_when_needed():
    class Unwilling(Sandboxes):
        def open_for_check(self, exercise, seed=None):
            if len(self.waiting) > 1:
                raise self.waiting.pop(0)
            return super().open_for_check(exercise, seed)

    checks = Checks(Unwilling(OSError("no"), Session()), Judge(), ahead=False)
    checks.prepare(EXERCISE)
    assert checks.check(EXERCISE, HONEST).outcome == "passed"


def test_closing_closes_the_session_that_nobody_used():
    ready = Session()
    checks = Checks(Sandboxes(ready), Judge())
    checks.prepare(EXERCISE)
    checks._ready._next.openings[0].result(5)
    checks.close()
    assert ready.is_closed


def test_a_right_and_a_wrong_file_in_a_real_sandbox(tmp_path: Path):
    judge = PytestJudge()
    checks = Checks(Chooser("embedded"), judge, ahead=False)
    try:
        right = [checks.check(EXERCISE, EXERCISE.solution, seed=seed) for seed in (1, 1, 2)]
        assert {verdict.outcome for verdict in right} == {"passed"}
        assert right[0].events == right[1].events != right[2].events
        wrong = checks.check(EXERCISE, EXERCISE.starter, seed=1)
        assert wrong.outcome == "failed"
        assert wrong.events not in {verdict.events for verdict in right}
        verdict = checks.check(EXERCISE, b"def double(:\n")
        assert (verdict.outcome, verdict.why) == (
            "failed",
            "answer.py does not load: SyntaxError: invalid syntax (line 1)",
        )
    finally:
        checks.close()
        judge.close()
