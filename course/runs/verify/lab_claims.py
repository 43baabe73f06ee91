"""Claims about a lesson's lab: it runs alone, triggers fire, experiments show their truth."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from course.errors import CourseError
from course.model.json import JSON
from course.model.lesson import Block, Lesson
from course.model.proof import Proof
from course.runs.labs import ENTRY, RunningLab, files_of, open_lab
from course.runs.verify.proving import Evidence, Prover
from course.sandbox.box import Size

ALONE_SECONDS = 120.0
GAUGE_SECONDS = 15.0
PAUSE = 0.05  # seconds between two looks
MOST_THREADS = Size().pids


def lab_proofs(prover: Prover, lesson: Lesson, seeds: Sequence[int]) -> Iterator[Proof]:
    """Every proof about the lab, as it is found; experiments are run on each seed."""
    yield prover.prove(lesson.id, "lesson.py runs alone", lambda: _alone(prover, lesson))
    yield from _lab(prover, lesson, seeds[0])
    for seed in seeds:
        yield from _experiments(prover, lesson, seed)


def _alone(prover: Prover, lesson: Lesson) -> Evidence:
    session = prover.sandboxes.open(lesson, lambda _event: None)
    try:
        played = session.request(
            "play", seconds=ALONE_SECONDS + 5, files=files_of(lesson.folder), entry=ENTRY,
            limit=ALONE_SECONDS,
        )  # fmt: skip
    finally:
        session.close()
    assert isinstance(played, dict)  # noqa: S101  what the wire says
    return None if played["status"] == 0 else f"{played['status']}: {played['output']}"


def _lab(prover: Prover, lesson: Lesson, seed: int) -> Iterator[Proof]:
    """One lab: each trigger, then those with values in the text, then every gauge."""
    with _lazy_lab(prover, lesson, seed) as lab:
        yield prover.prove(lesson.id, "the lab opens", lab.open)
        for one in lesson.triggers:
            given = {parameter.name: parameter.default for parameter in one.parameters}
            fires = partial(lab.fires, one.id, given)
            yield prover.prove(lesson.id, f"trigger {one.id} fires", fires)
        for block in _told(lesson):
            fires = partial(lab.fires, block.names[0], dict(block.arguments))
            yield prover.prove(lesson.id, f"`{block.text}` fires, as the text has it", fires)
        for gauge in lesson.gauges:
            has_value = partial(lab.has_value, gauge.id)
            yield prover.prove(lesson.id, f"gauge {gauge.id} gets a value", has_value)


def _experiments(prover: Prover, lesson: Lesson, seed: int) -> Iterator[Proof]:
    with _lazy_lab(prover, lesson, seed) as lab:
        for one in lesson.experiments:
            shows = partial(lab.shows, one.id, one.truth)
            claim = f"experiment {one.id} shows '{one.truth}' (seed {seed})"
            yield prover.prove(lesson.id, claim, shows)
        claim = f"threads: there is room for as many again (seed {seed})"
        yield prover.prove(lesson.id, claim, lab.has_room)


def _lazy_lab(prover: Prover, lesson: Lesson, seed: int) -> "LazyLab":
    return LazyLab(lambda: open_lab(lesson, prover.sandboxes, seed=seed))


def _told(lesson: Lesson) -> Iterator[Block]:
    """The triggers to which the text gives values of its own, in its order."""
    for step in lesson.steps:
        yield from (one for one in step.blocks if one.kind == "trigger" and one.arguments)


class LazyLab:
    """A lab that opens when it is first needed, so that its failure is a proof's evidence."""

    def __init__(self, start: Callable[[], RunningLab]) -> None:
        self._start = start
        self._lab: RunningLab | None = None
        self._most = 0  # threads that were seen at a time
        self._is_over = threading.Event()

    def __enter__(self) -> "LazyLab":
        """Nothing is open yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self._is_over.set()
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

    def has_room(self) -> Evidence:
        """What was done took at most half of the threads that the sandbox may have."""
        self._count(self._open())
        most = MOST_THREADS // 2
        return None if self._most <= most else f"{self._most} at a time, and {most} is half"

    def _open(self) -> RunningLab:
        if self._lab is None:
            self._lab = lab = self._start()
            threading.Thread(target=self._watch, args=(lab,), name="threads", daemon=True).start()
        return self._lab

    def _watch(self, lab: RunningLab) -> None:
        with contextlib.suppress(CourseError):  # it was closed, or died: others say so
            while not self._is_over.wait(PAUSE):
                self._count(lab)

    def _count(self, lab: RunningLab) -> None:
        self._most = max(self._most, lab.tasks())
