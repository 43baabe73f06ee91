"""A step of a lesson as plain text, every live part with the command that does it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from course.model.progress import Prediction
from course.report.lines import wrapped

if TYPE_CHECKING:  # what `course read` must not wait for
    from course.model.lesson import Block, Experiment, Lesson


def step_lines(lesson: Lesson, number: int, width: int) -> Iterator[str]:
    """The step's text; `number` counts from 0."""
    step = lesson.steps[number]
    yield f"{lesson.number:02} {lesson.title}"
    yield f"Step {number + 1} of {len(lesson.steps)}: {step.title}"
    for block in step.blocks:
        yield ""
        yield from _KINDS[block.kind](lesson, block, width)
    yield ""
    if number + 1 < len(lesson.steps):
        yield f"Go on: course read {lesson.id} {number + 2}"
    else:
        yield "That was the last step. What is next: course next"


def outcome_lines(
    lesson: Lesson, experiment: Experiment, prediction: Prediction, width: int
) -> Iterator[str]:
    """The truth beside the prediction, and why."""
    choices = {choice.id: choice for choice in experiment.choices}
    said, came = choices.get(prediction.choice), choices.get(prediction.observed or "")
    yield ""
    yield from wrapped(f"{lesson.id}/{experiment.id}: {experiment.question}", width)
    yield from wrapped(f"You said: {said.text if said else 'nothing'}", width, "  ")
    yield from wrapped(f"It came out: {came.text if came else prediction.observed}", width, "  ")
    if prediction.is_right:
        yield "  You were right."
    elif said is not None and said.misconception:
        yield from wrapped(said.misconception, width, "  ")
    yield from wrapped(f"Why: {experiment.why}", width, "  ")


def _text(_lesson: Lesson, block: Block, _width: int) -> Iterator[str]:
    yield from block.text.split("\n")


def _trigger(lesson: Lesson, block: Block, width: int) -> Iterator[str]:
    trigger = next(one for one in lesson.triggers if one.id == block.names[0])
    given = ",".join(f"{name}={_argument(value)}" for name, value in block.arguments)
    yield from wrapped(f"{trigger.title}: {trigger.help}", width)
    yield f"  course run {lesson.id} --do {trigger.id}{':' if given else ''}{given}"
    for one in trigger.parameters:
        yield from wrapped(f"{one.name} = {_argument(one.default)}: {one.help}", width, "    ")


def _gauges(lesson: Lesson, block: Block, width: int) -> Iterator[str]:
    titles = [
        f"{gauge.title}{f' ({gauge.unit})' if gauge.unit else ''}"
        for gauge in lesson.gauges
        if gauge.id in block.names
    ]
    yield from wrapped(f"Watch: {', '.join(titles)}", width)


def _experiment(lesson: Lesson, block: Block, width: int) -> Iterator[str]:
    experiment = next(one for one in lesson.experiments if one.id == block.names[0])
    yield from wrapped(f"Predict: {experiment.question}", width)
    for choice in experiment.choices:
        yield from wrapped(f"{choice.id}: {choice.text}", width, "    ")
    yield f"  course run {lesson.id} --predict {experiment.id}=CHOICE"


def _exercise(lesson: Lesson, block: Block, width: int) -> Iterator[str]:
    exercise = next(one for one in lesson.exercises if one.id == block.names[0])
    yield from wrapped(f"Exercise: {exercise.title}", width)
    yield from (f"  {line}".rstrip() for line in exercise.task.strip("\n").split("\n"))
    yield f"  course open {exercise.slug}"
    yield f"  course check {exercise.slug}"


def _code(lesson: Lesson, block: Block, _width: int) -> Iterator[str]:
    file, _, name = block.names[0].partition(":")
    yield f"Code: {name} in {lesson.folder / file}"


def _argument(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_KINDS: dict[str, Callable[[Lesson, Block, int], Iterator[str]]] = {
    "text": _text,
    "trigger": _trigger,
    "gauges": _gauges,
    "experiment": _experiment,
    "exercise": _exercise,
    "code": _code,
}
