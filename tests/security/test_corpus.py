"""Every attack meets the verdict it deserves, and leaves nothing and nobody worse off."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from course.judge.judge import PytestJudge
from course.model.json import JSON
from course.model.lesson import Exercise
from course.model.untrusted import clean
from course.model.verdict import Verdict
from course.runs.checks import Checks
from course.runs.ports import Session
from course.sandbox.choice import Chooser
from course.sandbox.wire import VERSION
from lab.family import children
from tests.living import living_below
from tests.security.attack import Attack, attacks, honest_exercise, patience, with_redis

RSS_BYTES = 64 << 20
LEFT_SECONDS = 5.0
OLDEST_SECONDS = 60.0
OUTPUT_CHARACTERS = 8 * (64 << 10)  # 64 KiB are kept; each byte may be spelled out


class Overheard:
    """A session that keeps what the sandbox answered to calls."""

    def __init__(self, session: Session, failures: list[dict[str, JSON]]) -> None:
        self._session = session
        self._failures = failures
        self.kind = session.kind
        self.close = session.close

    def request(self, command: str, *, seconds: float, **arguments: JSON) -> JSON:
        answer = self._session.request(command, seconds=seconds, **arguments)
        if command == "call" and isinstance(answer, dict) and "failure" in answer:
            self._failures.append(answer["failure"])
        return answer


class Kept:
    """A session that outlives the checks in it, so that each meets what the last one left."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._opened = time.monotonic()
        self.kind = session.kind
        self.request = session.request
        self.end = session.close

    @property
    def is_old(self) -> bool:
        """Whether its agent will soon come to its deadline, which is that of one check."""
        return time.monotonic() - self._opened > OLDEST_SECONDS

    def close(self) -> None:
        """Not yet."""


class Arena:
    """Checks in one kind of sandbox; everything it starts can be counted afterwards.

    A container is fresh for every submission, as in grading. The embedded agent is kept.
    """

    def __init__(self, kind: str, judge: PytestJudge, folder: Path) -> None:
        self._sandboxes = Chooser(kind)
        self._kept: Kept | None = None
        self._judge = judge
        self._before = living_below(os.getpid())
        self.kind = kind
        self.folder = folder
        self.failures: list[dict[str, JSON]] = []
        self.checks = Checks(self, judge, ahead=False)

    def report(self):
        return self._sandboxes.report()

    def open_for_check(self, exercise: Exercise, seed: int | None = None) -> Overheard:
        if self._kept is not None and self._kept.is_old:
            self.close()
        session = self._kept or self._sandboxes.open_for_check(exercise, seed)
        if self.kind == "embedded":
            session = self._kept = self._kept or Kept(session)
        return Overheard(session, self.failures)

    def users(self) -> str:
        """As whom submissions run."""
        session = self.open_for_check(honest_exercise())
        return str(session.request("hello", seconds=20, version=VERSION)["learner"])

    def settle(self) -> None:
        """What the next check does first, so that what is left can be seen now."""
        if self._kept is not None:
            self._kept.request("restart", seconds=5)

    def left_over(self) -> list[str]:
        """Processes and files of submission and judge that should be gone."""
        pids = set() if self._kept else living_below(os.getpid()) - self._before - self._templates()
        files = self.folder.glob("course-judge-*" if self._kept else "*")
        inside = "/submission-" if self._kept else ""  # agent and runner stand outside of it
        strays = _inside(self.folder, inside)
        gone = [f"process {pid}" for pid in pids] + strays + [*map(str, files)]
        return gone + list(self._sandboxes.left_over())

    def _templates(self) -> set[int]:
        """What the judge keeps for the next run of the same tests; its runs are below those."""
        zygote = self._judge._process._process
        return set() if zygote is None else set(children(zygote.pid))

    def close(self) -> None:
        if self._kept is not None:
            self._kept.end()
            self._kept = None


@pytest.fixture(scope="module")
def judge() -> Iterator[PytestJudge]:
    judge = PytestJudge()
    judge.warm()
    yield judge
    judge.close()


@pytest.fixture(scope="module")
def arena(request, judge) -> Iterator[Arena]:
    with (
        tempfile.TemporaryDirectory(prefix="course-arena-") as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        folder = Path(name)
        folder.chmod(0o711)  # as the system's own: submissions of another uid pass through
        patch.setattr(tempfile, "tempdir", str(folder))
        patch.setenv("TMPDIR", str(folder))
        arena = Arena(request.param, judge, folder)
        yield arena
        arena.close()
        within(patience() * LEFT_SECONDS, lambda: not arena.left_over(), arena.left_over)


def in_both() -> list[object]:
    return ["embedded", pytest.param("docker", marks=pytest.mark.docker)]


def cases() -> Iterator[object]:
    for sandbox in ("embedded", "docker"):
        marks = [pytest.mark.docker] if sandbox == "docker" else []
        for attack in attacks(sandbox):
            yield pytest.param(sandbox, attack, marks=marks, id=f"{sandbox}-{attack.name}")


@pytest.mark.parametrize(("arena", "attack"), list(cases()), indirect=["arena"], scope="module")
def test_the_attack_is_contained(arena: Arena, attack: Attack):
    if arena.kind == "embedded" and "root" in attack.sandboxes:
        assert "of their own" in arena.users()  # or it would be us whom this kills
    attack = attack.patiently()
    arena.failures.clear()
    memory = rss()
    started = time.monotonic()
    verdict = arena.checks.check(attack.exercise, attack.files)
    seconds = time.monotonic() - started - opening_allowance(verdict)

    assert verdict.outcome == attack.verdict, (verdict.why, verdict.tests)
    kind = kind_of(verdict, arena)
    assert kind == (attack.kind or kind), arena.failures
    assert attack.why in verdict.why
    assert not attack.never or attack.never not in verdict.output
    if attack.line:
        assert arena.failures[0]["line"] in range(attack.line, attack.line + 2)
    assert seconds <= attack.longest
    assert rss() - memory < RSS_BYTES
    assert_nothing_leaks(verdict, arena)
    arena.settle()
    within(patience() * LEFT_SECONDS, lambda: not arena.left_over(), arena.left_over)


@pytest.mark.parametrize("arena", in_both(), indirect=True, scope="module")
def test_honest_answers_pass_on_every_seed_and_the_starter_never(arena: Arena):
    exercise = honest_exercise()
    for seed in range(3):
        verdict = arena.checks.check(exercise, exercise.solution, seed=seed)
        assert (verdict.outcome, verdict.seed) == ("passed", seed), verdict
    verdict = arena.checks.check(exercise, exercise.starter)
    assert verdict.outcome == "failed"
    assert [test.hint for test in verdict.tests] == [
        "Multiply each of them.",
        "An f-string does it.",
        "Put the list into a list, again and again.",
    ]


@pytest.mark.parametrize("arena", in_both(), indirect=True, scope="module")
def test_honest_answers_pass_with_a_real_redis_and_the_starter_fails(arena: Arena):
    exercise = with_redis()
    verdict = arena.checks.check(exercise, exercise.solution)
    assert verdict.outcome == "passed", verdict
    assert arena.checks.check(exercise, exercise.starter).outcome == "failed"


@pytest.mark.parametrize("arena", in_both(), indirect=True, scope="module")
def test_one_sandbox_survives_what_is_done_to_it(arena: Arena, monkeypatch):
    """The same agent judges an honest submission after a hostile one, and as it would alone."""
    shared = arena.open_for_check(honest_exercise())
    closing = shared.close
    monkeypatch.setattr(shared, "close", lambda: None)
    monkeypatch.setattr(arena, "open_for_check", lambda _exercise, _seed=None: shared)
    for attack in attacks(arena.kind):
        if attack.name[:3] in {
            "A02",
            "A25",
            "A26",
            "A27",
            "B01",
            "B04",
            "B06",
            "B07",
            "B08",
            "C08",
        }:
            arena.checks.check(attack.patiently().exercise, attack.files)
            honest = arena.checks.check(honest_exercise(), honest_exercise().solution)
            assert honest.outcome == "passed", (attack.name, honest)
    closing()


def kind_of(verdict: Verdict, arena: Arena) -> str:
    if arena.failures:
        kind = str(arena.failures[0]["kind"])
        return "exception" if kind == "lacking" else kind  # a module that is on some computers only
    words = [verdict.why, *(test.message for test in verdict.tests)]
    if any("took more than" in text for text in words):
        return "timeout"  # our clock was faster than a busy agent's
    return "wrong" if verdict.tests else "forbidden"


def opening_allowance(verdict: Verdict) -> float:
    """Starting a container is not the submission's time; on a busy machine it takes a while."""
    return patience() * (3.0 if verdict.sandbox == "docker" else 1.0)


def assert_nothing_leaks(verdict: Verdict, arena: Arena) -> None:
    assert clean(verdict.output) == verdict.output
    assert len(verdict.output) < OUTPUT_CHARACTERS
    # On their own computer, learners can print any file of theirs, the course's included.
    shown = [verdict.why, verdict.output if arena.kind == "docker" else ""]
    shown += [text for test in verdict.tests for text in (test.title, test.message, test.hint)]
    for text in shown:
        assert clean(text) == text
        assert "CANARY" not in text
        assert "same(answer" not in text  # a line of the hidden test


def within(seconds: float, claim: Callable[[], bool], evidence: Callable[[], object]) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, evidence()
        time.sleep(0.02)


def rss() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _inside(folder: Path, part: str) -> list[str]:
    """Threads of whoever, at work in this folder: a process is there until its last one ends."""
    found = []
    for process in Path("/proc").glob("[0-9]*/task/[0-9]*"):
        with suppress(OSError):
            stands = str((process / "cwd").readlink())
            if stands.startswith(str(folder)) and part in stands:
                found.append(f"process {process.name} in {folder}")
    return found
