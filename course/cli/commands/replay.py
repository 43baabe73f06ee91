"""`course replay`: a recorded run, as lines."""

import argparse
from pathlib import Path

from course.cli.output import explain
from course.cli.parser import Commands
from course.cli.teller import Teller
from course.cli.wiring import Wiring
from course.storage.recordings import read_recording


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add("replay", "show a recorded run again", run)
    parser.add_argument("file", metavar="FILE", type=Path, help="what `course run --record` wrote")


def run(options: argparse.Namespace, _wiring: Wiring) -> int:
    """Do it."""
    recording = read_recording(options.file)
    teller = Teller(as_json=options.json)
    for event in recording.events:
        teller.tell(event)
    teller.finish()
    if recording.is_cut:
        explain("The run was ended while this was written; its last line is left out.")
    return 0
