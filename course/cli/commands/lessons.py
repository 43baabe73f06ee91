"""`course list`: lessons, exercises, progress."""

import argparse

from course.cli.output import show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.report.lessons import lesson_lines, lessons_json
from course.report.lines import terminal_width


def add(commands: Commands) -> None:
    """Declare it."""
    commands.add("list", "show lessons, exercises and progress", run)


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    with wiring.reader() as study:
        cards, problems = study.cards(), study.problems()
        if options.json:
            show_json(lessons_json(cards, problems))
        else:
            show(lesson_lines(cards, problems, terminal_width()))
    return 0
