"""`course next`: what to do now."""

import argparse

from course.cli.output import show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.report.lessons import place_json, place_lines
from course.report.lines import terminal_width


def add(commands: Commands) -> None:
    """Declare it."""
    commands.add("next", "show what to do next, and the command for it", run)


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    with wiring.reader() as study:
        place = study.next()
        if options.json:
            show_json(place_json(place))
        else:
            lesson = study.card(place.lesson).lesson if place else None
            show(place_lines(place, lesson, terminal_width()))
    return 0
