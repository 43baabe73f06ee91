"""`course doctor`: what works here, and the fix for what does not."""

import argparse

from course.cli.output import show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.report.health import health_json, health_lines
from course.report.lines import terminal_width

FAILED = 1


def add(commands: Commands) -> None:
    """Declare it."""
    commands.add("doctor", "look at what works on this computer, and how to mend the rest", run)


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    from course.runs.doctor import examine

    findings = examine(wiring.places, wiring.catalog)
    if options.json:
        show_json(health_json(findings))
    else:
        show(health_lines(findings, terminal_width()))
    return FAILED if any(one.outcome == "problem" for one in findings) else 0
