"""Agents that are none of ours: whatever they say or do not say, it is an error in bounded time."""

import time
from dataclasses import replace

import pytest

from course.errors import CourseError, SandboxLost, WireBroken
from course.judge.judge import PytestJudge
from course.model.event import Event
from course.runs import reach
from course.runs.checks import Checks
from course.sandbox.box import Size
from course.sandbox.embedded import EmbeddedBackend
from course.sandbox.session import BoxSession
from tests.security.attack import honest_exercise

SECONDS = 8.0
READ = "import sys, json, time, os\nline = sys.stdin.readline()\n"
WAIT = "sys.stdout.flush(); sys.stdin.read()\n"
HALF = f'{READ}sys.stdout.write(\'{{"id": 1, "val\')\n'
LONG = f"{READ}sys.stdout.write('x' * (10 << 20) + "
AGENTS = {
    "leaves at once": ("", SandboxLost),
    "leaves when asked": (f"{READ}sys.exit(3)\n", SandboxLost),
    "crashes when asked": (f"{READ}raise KeyError(line)\n", SandboxLost),
    "half a line": (HALF, SandboxLost),
    "half a line, then silence": (HALF + WAIT, SandboxLost),
    "garbage": (f"{READ}sys.stdout.buffer.write(os.urandom(4096) + b'\\n')\n{WAIT}", CourseError),
    "ten megabytes in a line": (f"{LONG}'\\n')\n{WAIT}", WireBroken),
    "ten megabytes without an end": (f"{LONG}'')\n{WAIT}", WireBroken),
    "silence": ("import sys; sys.stdin.read()\n", SandboxLost),
    "deaf and silent": ("import time\nwhile True: time.sleep(60)\n", SandboxLost),
    "another question's answer": (
        f'{READ}print(\'{{"id": 99, "value": 1}}\')\n{WAIT}',
        SandboxLost,
    ),
    "an error of no kind": (f'{READ}print(\'{{"id": 1, "error": {{}}}}\')\n{WAIT}', SandboxLost),
    "no event": (f'{READ}print(\'{{"event": {{"kind": "passed"}}}}\')\n{WAIT}', WireBroken),
}
TWICE = (
    "import sys, json\n"
    "for line in sys.stdin:\n"
    "    answer = json.dumps({'id': json.loads(line)['id'], 'value': True}) + '\\n'\n"
    "    sys.stdout.write(answer * 50)\n"
    "    sys.stdout.flush()\n"
)
OTHER_VERSION = (
    "import sys, json\n"
    "for line in sys.stdin:\n"
    "    number = json.loads(line)['id']\n"
    "    print(json.dumps({'id': number, 'value': {'version': 99}}), flush=True)\n"
)


@pytest.fixture
def backend(tmp_path):
    """A backend whose agent is the given program."""

    def make(program: str) -> EmbeddedBackend:
        folder = tmp_path / "stub"
        folder.mkdir()
        (folder / "__main__.py").write_text(program)
        return EmbeddedBackend(folder)

    return make


class Stubs:
    """Sandboxes with such an agent."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend

    def open_for_check(self, _exercise: object, _seed: int | None = None) -> BoxSession:
        box = self._backend.start(Size(seconds=30), run_id="stub", purpose="check")
        return BoxSession(box, heard)


def heard(_event: Event) -> None:
    """Of no interest."""


@pytest.mark.parametrize("name", AGENTS)
def test_a_stub_is_told_by_its_kind_of_error_in_bounded_time(backend, name):
    program, expected = AGENTS[name]
    made = backend(program)
    started = time.monotonic()
    session = Stubs(made).open_for_check(None)
    with pytest.raises(expected):
        session.request("ping", seconds=1.5)
    session.close()
    assert time.monotonic() - started < SECONDS
    assert made.left_over() == []


def test_an_agent_of_another_version_is_refused_by_that_name(backend):
    session = Stubs(backend(OTHER_VERSION)).open_for_check(None)
    with pytest.raises(WireBroken, match="another version"):
        session.greet()
    session.close()


def test_an_agent_that_answers_fifty_times_is_heard_once(backend):
    session = Stubs(backend(TWICE)).open_for_check(None)
    assert [session.request("ping", seconds=5) for _ in range(20)] == [True] * 20
    session.close()


@pytest.mark.parametrize("name", ["leaves at once", "garbage", "silence"])
def test_a_check_with_a_stub_is_an_error_and_never_the_learners(backend, name, monkeypatch):
    monkeypatch.setattr(reach, "ANSWER_SECONDS", 1.0)
    judge = PytestJudge()
    checks = Checks(Stubs(backend(AGENTS[name][0])), judge, ahead=False)
    started = time.monotonic()
    try:
        exercise = replace(honest_exercise(), seconds=1.0)
        verdict = checks.check(exercise, exercise.solution)
    finally:
        checks.close()
        judge.close()
    assert verdict.outcome == "error"
    assert time.monotonic() - started < SECONDS
