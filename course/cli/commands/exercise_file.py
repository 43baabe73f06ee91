"""`course open` and `course reset`: the learner's file."""

import argparse
import os
import subprocess
from pathlib import Path

from course.cli.output import explain, show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring, has_terminal
from course.errors import UsageError
from course.runs.editor import editor_command


def add(commands: Commands) -> None:
    """Declare both."""
    opened = commands.add(
        "open", "open your file in your editor ($VISUAL, $EDITOR)", run_open,
        more="Where nobody sits at a terminal it prints the file's path and starts nothing.",
    )  # fmt: skip
    opened.add_argument("exercise", metavar="EXERCISE", help="lesson/exercise, as 02/supervise")
    reset = commands.add(
        "reset", "start over from the starter; your file is kept beside it", run_reset
    )
    reset.add_argument("exercise", metavar="EXERCISE", help="lesson/exercise, as 02/supervise")


def run_open(options: argparse.Namespace, wiring: Wiring) -> int:
    """Give the file, and an editor where there is somebody to use it."""
    with wiring.study() as study:
        exercise = study.exercise(options.exercise)
        file = study.file(exercise)
    if options.json:
        show_json({"version": 1, "exercise": exercise.slug, "file": str(file)})
        return 0
    show([str(file)])
    if has_terminal():
        _edit(file)
        explain(f"course check {exercise.slug}    runs its tests")
    return 0


def run_reset(options: argparse.Namespace, wiring: Wiring) -> int:
    """Put the starter back."""
    with wiring.study() as study:
        exercise = study.exercise(options.exercise)
        kept = study.reset(exercise)
        file = study.file(exercise)
    if options.json:
        show_json({"version": 1, "exercise": exercise.slug, "file": str(file), "kept": str(kept)})
    else:
        show([f"The starter is back: {file}"])
        if kept != file:
            show([f"Your file is kept: {kept}"])
    return 0


def _edit(file: Path) -> None:
    command = editor_command(os.environ)
    try:
        ended = subprocess.run([*command, str(file)], check=False)
    except OSError as error:
        raise UsageError(f"{command[0]} cannot be started: {error.strerror}.") from error
    if ended.returncode:
        raise UsageError(f"{command[0]} ended with code {ended.returncode}.")
