"""A study in which every text that comes from outside tries to steer the terminal."""

import sys
from dataclasses import replace
from pathlib import Path

from course.errors import LessonError
from course.model.event import Component, Event, LabStarted, Log, NodeChanged, Note, Request
from course.model.json import JSON
from course.model.lesson import Exercise, Experiment, Lesson, Step, Trigger
from course.model.problem import Problem
from course.model.progress import Hint, SandboxReport
from course.model.verdict import Verdict
from course.tui.app import CourseApp
from tests.tui.course_data import CRASHED, LESSONS, OPENED, VERDICTS
from tests.tui.fakes import FakeLab, FakeStudy

OSC = "\x1b]52;c;ZXZpbA==\x07"
EVIL = f"{OSC}\x9b31m\u202e[/][/x][@click=app.quit]QUIT[/]"


def hostile_study(folder: Path) -> FakeStudy:
    """Everything a learner's code, a server, a file or somebody else's lesson can say."""
    return _HostileStudy(
        folder=folder,
        lab=HostileLab(log=[*map(_event, (*OPENED, *CRASHED[:-1])), *_more()]),
        lessons=tuple(_lesson(lesson) for lesson in LESSONS),
        report=SandboxReport("embedded", EVIL, EVIL),
        verdicts=[_verdict(VERDICTS["failed"])],
        hints=[Hint(EVIL, 1, 1)],
        broken=[Problem(Path(f"{EVIL}.toml"), EVIL)],
        told=[EVIL],
    )


class _HostileStudy(FakeStudy):
    def source(self, lesson: str, name: str) -> tuple[str, str, int]:
        file, text, line = super().source(lesson, name)
        return EVIL + file, f"{text}\n# {EVIL}", line

    def solution(self, exercise: Exercise) -> str | None:
        return f"# {EVIL} {exercise.slug}"


class HostileLab(FakeLab):
    """Refuses everything, at length."""

    def fire(self, trigger: str, params: dict[str, JSON] | None = None) -> JSON:
        """Say no."""
        raise LessonError(f"{trigger} {params} {EVIL}", EVIL, EVIL)


def _lesson(lesson: Lesson) -> Lesson:
    return replace(
        lesson,
        title=lesson.title + EVIL,
        summary=lesson.summary + EVIL,
        objectives=(EVIL,),
        steps=tuple(_step(step) for step in lesson.steps),
        triggers=tuple(_trigger(trigger) for trigger in lesson.triggers),
        gauges=tuple(replace(g, title=g.title + EVIL, unit=EVIL) for g in lesson.gauges),
        experiments=tuple(_experiment(experiment) for experiment in lesson.experiments),
        exercises=tuple(
            replace(e, title=e.title + EVIL, task=e.task + EVIL) for e in lesson.exercises
        ),
    )


def _step(step: Step) -> Step:
    blocks = tuple(
        replace(b, text=f"{b.text}\n\n{EVIL}") if b.kind == "text" else b for b in step.blocks
    )
    return Step(step.title + EVIL, blocks)


def _trigger(trigger: Trigger) -> Trigger:
    parameters = tuple(replace(p, default=EVIL, help=EVIL) for p in trigger.parameters)
    return replace(
        trigger, title=trigger.title + EVIL, help=trigger.help + EVIL, parameters=parameters
    )


def _experiment(experiment: Experiment) -> Experiment:
    choices = tuple(replace(c, text=c.text + EVIL, misconception=EVIL) for c in experiment.choices)
    return replace(
        experiment,
        title=experiment.title + EVIL,
        question=experiment.question + EVIL,
        why=experiment.why + EVIL,
        choices=choices,
    )


def _event(event: Event) -> Event:
    if isinstance(event, NodeChanged):
        return replace(event, title=EVIL + event.node, detail=EVIL, role=EVIL)
    if isinstance(event, LabStarted):
        return replace(event, sandbox=EVIL, components=(Component(EVIL, EVIL, stand_in=True),))
    if isinstance(event, Note):
        return replace(event, text=EVIL, node=EVIL)
    if isinstance(event, Request):
        hops = tuple(replace(hop, node=EVIL, note=EVIL) for hop in event.hops)
        return replace(event, hops=hops, why=EVIL, outcome=EVIL)
    return event


def _more() -> tuple[Event, ...]:
    return (
        Log(seq=60, t=8.0, node=EVIL, text=EVIL),
        NodeChanged(seq=61, t=8.1, node=EVIL, role=EVIL, tier=3, state="down", detail=EVIL),
    )


def _verdict(verdict: Verdict) -> Verdict:
    tests = tuple(
        replace(t, name=EVIL, title=t.title + EVIL, message=EVIL, hint=EVIL) for t in verdict.tests
    )
    return replace(verdict, why=EVIL, tests=tests, output=EVIL * 3)


if __name__ == "__main__":  # the terminal test runs this in a terminal of its own
    CourseApp(hostile_study(Path(sys.argv[1]))).run()
