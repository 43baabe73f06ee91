"""`course check`: judge a file against an exercise."""

import argparse
from pathlib import Path

from course.cli.output import explain, show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.model.verdict import Outcome
from course.report.lines import terminal_width
from course.report.verdicts import verdict_json, verdict_lines

EXIT_CODES: dict[Outcome, int] = {"passed": 0, "failed": 1, "error": 2}


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add("check", "run an exercise's tests against your file", run)
    parser.add_argument("exercise", metavar="EXERCISE", help="lesson/exercise, as 02/supervise")
    commands.option(
        parser, "--file", metavar="PATH", type=Path, help="judge this file and remember nothing"
    )


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    with wiring.study() as study:
        exercise = study.exercise(options.exercise)
        wiring.tell_of_walls()
        if not options.json and options.file is None:
            explain(f"Checking {study.file(exercise)}")
        verdict = study.check(exercise, options.file)
        if options.json:
            show_json(verdict_json(verdict))
        else:
            show(verdict_lines(verdict, terminal_width()))
    return EXIT_CODES[verdict.outcome]
