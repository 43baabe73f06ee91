"""`course read`: a lesson's text without a screen."""

import argparse

from course.cli.output import show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.errors import UsageError
from course.report.lines import terminal_width
from course.report.steps import step_lines


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add("read", "read a step of a lesson, and remember where you are", run)
    parser.add_argument("lesson", metavar="LESSON", help="number, slug or the beginning of it")
    parser.add_argument(
        "step", metavar="STEP", type=int, nargs="?", help="from 1; where you left off if not given"
    )


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    with wiring.reader() as study:
        card = study.card(options.lesson)
        lesson = study.whole(card.lesson)
        number = card.step if options.step is None else options.step - 1
        if not 0 <= number < len(lesson.steps):
            raise UsageError(f"{lesson.id} has steps 1 to {len(lesson.steps)}.")
        study.move(lesson.id, number)
        lines = list(step_lines(lesson, number, terminal_width()))
        if options.json:
            show_json(
                {
                    "version": 1,
                    "lesson": lesson.id,
                    "step": number + 1,
                    "steps": len(lesson.steps),
                    "title": lesson.steps[number].title,
                    "text": "\n".join(lines),
                }
            )
        else:
            show(lines)
    return 0
