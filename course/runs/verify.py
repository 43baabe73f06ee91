"""Proves a lesson: what its folder, text and tests claim holds in a real sandbox."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from course.content.static import problems
from course.errors import CourseError
from course.model.json import JSON
from course.model.lesson import Block, Exercise, Lesson
from course.model.proof import Proof
from course.model.verdict import Outcome, Verdict
from course.runs.labs import ENTRY, RunningLab, files_of, open_lab
from course.runs.ports import Sandboxes

ALONE_SECONDS = 120.0
GAUGE_SECONDS = 15.0
GONE_SECONDS = 5.0
PAUSE = 0.05  # seconds between two looks
Judged = Callable[[Exercise, bytes], Verdict]
"""Checks a text against an exercise, as `course check --file` does."""
LeftOver = Callable[[], Sequence[str]]
"""Names the processes, containers and folders of ours that are still there."""
Evidence = str | None
"""None when a claim holds, else why it does not."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Proves lessons in one sandbox, claim by claim.

    Args:
        sandboxes: Where labs open.
        judged: Checks a file against an exercise.
        left_over: What is still there after everything was closed.
        seeds: On which each experiment must show its truth.
        with_mutants: Whether wrong solutions are tried, which takes the longest.
    """

    sandboxes: Sandboxes
    judged: Judged
    left_over: LeftOver
    seeds: Sequence[int]
    with_mutants: bool = True

    def verify(self, lesson: Lesson) -> Iterator[Proof]:
        """Every proof for a lesson, as it is found; stops at a folder that is not sound."""
        sound = self._prove(lesson, "the folder is sound", lambda: _listed(problems(lesson.folder)))
        yield sound
        if not sound.holds:
            return
        yield self._prove(lesson, "lesson.py runs alone", lambda: self._alone(lesson))
        yield from self._lab(lesson)
        for seed in self.seeds:
            yield from self._experiments(lesson, seed)
        for exercise in lesson.exercises:
            yield from self._exercise(lesson, exercise)
        yield self._prove(lesson, "nothing is left behind", self._nothing_left)

    def _nothing_left(self) -> Evidence:
        """What was closed just now may take a moment to be gone."""
        deadline = time.monotonic() + GONE_SECONDS
        while (left := self.left_over()) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return _listed(left)

    def _alone(self, lesson: Lesson) -> Evidence:
        session = self.sandboxes.open(lesson, lambda _event: None)
        try:
            played = session.request(
                "play", seconds=ALONE_SECONDS + 5, files=files_of(lesson.folder), entry=ENTRY,
                limit=ALONE_SECONDS,
            )  # fmt: skip
        finally:
            session.close()
        assert isinstance(played, dict)  # noqa: S101  what the wire says
        return None if played["status"] == 0 else f"{played['status']}: {played['output']}"

    def _lab(self, lesson: Lesson) -> Iterator[Proof]:
        """One lab: each trigger, then those with values in the text, then every gauge."""
        with self._lazy_lab(lesson, self.seeds[0]) as lab:
            yield self._prove(lesson, "the lab opens", lab.open)
            for one in lesson.triggers:
                given = {parameter.name: parameter.default for parameter in one.parameters}
                fires = partial(lab.fires, one.id, given)
                yield self._prove(lesson, f"trigger {one.id} fires", fires)
            for block in _told(lesson):
                fires = partial(lab.fires, block.names[0], dict(block.arguments))
                yield self._prove(lesson, f"`{block.text}` fires, as the text has it", fires)
            for gauge in lesson.gauges:
                has_value = partial(lab.has_value, gauge.id)
                yield self._prove(lesson, f"gauge {gauge.id} gets a value", has_value)

    def _experiments(self, lesson: Lesson, seed: int) -> Iterator[Proof]:
        with self._lazy_lab(lesson, seed) as lab:
            for one in lesson.experiments:
                shows = partial(lab.shows, one.id, one.truth)
                claim = f"experiment {one.id} shows '{one.truth}' (seed {seed})"
                yield self._prove(lesson, claim, shows)

    def _exercise(self, lesson: Lesson, exercise: Exercise) -> Iterator[Proof]:
        expected: list[tuple[str, bytes, Outcome]] = [
            ("starter", exercise.starter.read_bytes(), "failed"),
            ("solution", exercise.solution.read_bytes(), "passed"),
        ]
        if self.with_mutants:
            expected += [
                (f"mutant {one.name}", one.text.encode(), "failed") for one in exercise.mutants
            ]
        for name, text, outcome in expected:
            claim = f"{exercise.id}: {name} {'passes' if outcome == 'passed' else 'fails'}"
            yield self._prove(lesson, claim, partial(self._is_judged, exercise, text, outcome))

    def _is_judged(self, exercise: Exercise, text: bytes, expected: Outcome) -> Evidence:
        verdict = self.judged(exercise, text)
        if verdict.outcome == expected:
            return None
        wrong = [f"{one.name}: {one.message}" for one in verdict.tests if one.outcome != "passed"]
        return f"it {verdict.outcome}: {verdict.why} {'; '.join(wrong)}"

    def _lazy_lab(self, lesson: Lesson, seed: int) -> "LazyLab":
        return LazyLab(lambda: open_lab(lesson, self.sandboxes, seed=seed))

    def _prove(self, lesson: Lesson, claim: str, find: Callable[[], Evidence]) -> Proof:
        started = time.monotonic()
        try:
            evidence = find()
        except CourseError as error:
            evidence = " ".join(part for part in (error.summary, error.evidence) if part)
        seconds = time.monotonic() - started
        kind = self.sandboxes.report().kind
        return Proof(lesson.id, claim, evidence is None, evidence or "", kind, seconds)


def _told(lesson: Lesson) -> Iterator[Block]:
    """The triggers to which the text gives values of its own, in its order."""
    for step in lesson.steps:
        yield from (one for one in step.blocks if one.kind == "trigger" and one.arguments)


class LazyLab:
    """A lab that opens when it is first needed, so that its failure is a proof's evidence."""

    def __init__(self, start: Callable[[], RunningLab]) -> None:
        self._start = start
        self._lab: RunningLab | None = None

    def __enter__(self) -> "LazyLab":
        """Nothing is open yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        if self._lab is not None:
            self._lab.close()

    def open(self) -> Evidence:
        """It opens."""
        self._open()
        return None

    def fires(self, trigger: str, params: dict[str, JSON]) -> Evidence:
        """The trigger fires."""
        self._open().fire(trigger, params)
        return None

    def shows(self, experiment: str, truth: str) -> Evidence:
        """The experiment observes its truth."""
        choice, facts = self._open().observe(experiment)
        return None if choice == truth else f"it showed '{choice}': {facts}"

    def has_value(self, gauge: str) -> Evidence:
        """The gauge has had a value, or gets one soon."""
        lab, deadline = self._open(), time.monotonic() + GAUGE_SECONDS
        while all(value is None for value in lab.state().gauges.get(gauge, ())):
            if time.monotonic() > deadline:
                return f"no reading within {GAUGE_SECONDS:g} s of the last trigger"
            time.sleep(PAUSE)
        return None

    def _open(self) -> RunningLab:
        if self._lab is None:
            self._lab = self._start()
        return self._lab


def _listed(found: Sequence[object]) -> Evidence:
    return "\n".join(str(one) for one in found) or None
