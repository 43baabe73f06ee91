"""`course solution`: the reference solution, after a pass."""

import argparse

from course.cli.output import explain, show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring

NOT_YET = 1


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add("solution", "show the reference solution, once yours has passed", run)
    parser.add_argument("exercise", metavar="EXERCISE", help="lesson/exercise, as 02/supervise")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    with wiring.study() as study:
        exercise = study.exercise(options.exercise)
        solution = study.solution(exercise)
    if options.json:
        show_json({"version": 1, "exercise": exercise.slug, "solution": solution})
    elif solution is not None:
        show([solution.rstrip("\n")])
    if solution is None:
        explain(
            f"The solution of {exercise.slug} is shown once your own has passed.",
            f"  course check {exercise.slug}",
        )
        return NOT_YET
    return 0
