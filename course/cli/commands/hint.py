"""`course hint`: one more hint."""

import argparse

from course.cli.output import show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.errors import LessonError
from course.report.lines import terminal_width, wrapped


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add("hint", "uncover the next hint of an exercise", run)
    parser.add_argument("exercise", metavar="EXERCISE", help="lesson/exercise, as 02/supervise")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    with wiring.study() as study:
        exercise = study.exercise(options.exercise)
        hint = study.hint(exercise)
    if hint is None:
        raise LessonError(f"{exercise.slug} has no hints.")
    if options.json:
        show_json(
            {
                "version": 1,
                "exercise": exercise.slug,
                "hint": hint.text,
                "number": hint.number,
                "total": hint.total,
            }
        )
    else:
        show(wrapped(f"Hint {hint.number} of {hint.total}: {hint.text}", terminal_width()))
    return 0
