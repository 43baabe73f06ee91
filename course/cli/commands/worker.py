"""`course worker`: grade on this computer what `course grade --broker` sends out."""

import argparse
import signal
import threading
from dataclasses import replace
from types import FrameType

from course.cli.grading import Walls, find_walls, hands_for, jobs_of, tool
from course.cli.output import explain
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.errors import UsageError
from course.runs.grading.grader import Terms
from course.runs.grading.station import Station


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add(
        "worker",
        "grade what comes over a broker",
        run,
        more="Works until it is told to stop (Ctrl-C, SIGTERM); what it has begun goes to another.",
    )
    option = commands.option
    option(parser, "--broker", metavar="URL", default="", help="redis://HOST:PORT")
    option(parser, "--jobs", metavar="N", type=int, default=0, help="at a time (one per core)")
    option(parser, "--trust-submissions", action="store_true",
           help="grade without walls where there is no Docker; marks every row")  # fmt: skip


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    from course.sandbox.material import source_digest

    if not options.broker:
        raise UsageError("Which broker?", "course worker --broker redis://HOST:PORT")
    options.isolation = "container"  # each batch says its own
    walls, jobs = find_walls(options, wiring), jobs_of(options)
    make_hand = hands_for(walls, wiring.judge())
    station = Station(
        options.broker,
        lessons=wiring.catalog.lessons,
        make_hand=lambda terms: make_hand(_held_to(walls, terms)),
        image=walls.image,
        source=source_digest(),
        tool=tool(),
        jobs=jobs,
    )
    explain(f"Grading {jobs} at a time. Ctrl-C ends it.")
    station.run(_until_told)
    explain(f"{station.graded} graded.")
    return 0


def _held_to(walls: Walls, terms: Terms) -> Terms:
    """The batch's terms, on an engine that may be too weak for them."""
    return replace(terms, isolation="none") if walls.isolation == "none" else terms


def _until_told() -> None:
    """Wait for somebody to stop us."""
    told = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    told.wait()
