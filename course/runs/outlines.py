"""What is kept of a lesson: for lists its outline, for readers its text; nothing that is run."""

import json
from typing import Any

from course.model.json import JSON, Fields
from course.model.lesson import Block, Experiment, Lesson, Trigger


def outline_of(lesson: Any) -> Fields:  # noqa: ANN401  a Lesson, or an outline that was read
    """As much as lists show."""
    return {
        **_front(lesson),
        "steps": [{"title": step.title} for step in lesson.steps],
        "exercises": [_named(one) for one in lesson.exercises],
    }


def text_of(lesson: Lesson) -> Fields:
    """As much as a reader shows."""
    return {
        **_front(lesson),
        "steps": [
            {"title": step.title, "blocks": [_block(one) for one in step.blocks]}
            for step in lesson.steps
        ],
        "triggers": [_trigger(one) for one in lesson.triggers],
        "gauges": [{"id": one.id, "title": one.title, "unit": one.unit} for one in lesson.gauges],
        "experiments": [_experiment(one) for one in lesson.experiments],
        "exercises": [{**_named(one), "task": one.task} for one in lesson.exercises],
    }


def _front(lesson: Any) -> Fields:  # noqa: ANN401  as outline_of
    return {
        "id": lesson.id,
        "number": lesson.number,
        "title": lesson.title,
        "summary": lesson.summary,
        "minutes": lesson.minutes,
    }


def _named(exercise: Any) -> Fields:  # noqa: ANN401  as outline_of
    return {"id": exercise.id, "slug": exercise.slug, "title": exercise.title}


def _block(block: Block) -> Fields:
    return {
        "kind": block.kind,
        "text": block.text,
        "names": list(block.names),
        "arguments": [[name, _written(value)] for name, value in block.arguments],
    }


def _trigger(trigger: Trigger) -> Fields:
    return {
        "id": trigger.id,
        "title": trigger.title,
        "help": trigger.help,
        "parameters": [
            {"name": one.name, "default": _written(one.default), "help": one.help}
            for one in trigger.parameters
        ],
    }


def _experiment(experiment: Experiment) -> Fields:
    choices: list[JSON] = [{"id": one.id, "text": one.text} for one in experiment.choices]
    return {"id": experiment.id, "question": experiment.question, "choices": choices}


def _written(value: JSON) -> str:
    """A value the way it is typed: an object would come back as something else."""
    return value if isinstance(value, str) else json.dumps(value)
