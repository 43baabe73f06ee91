"""Where every command begins and ends: what goes wrong becomes a sentence and an exit code."""

import contextlib
import io
import os
import sys
from collections.abc import Sequence

from course.cli.commands import (
    check,
    doctor,
    exercise_file,
    hint,
    lessons,
    next_place,
    replay,
    run,
    sandbox,
    screen,
    solution,
    verify,
)
from course.cli.output import explain, show
from course.cli.parser import Commands, Parser, parse
from course.cli.wiring import Wiring
from course.errors import CourseError
from course.report.failures import failure_lines
from course.report.lines import terminal_width

OUR_BUG = 4
INTERRUPTED = 130
PIPE_CLOSED = 141  # as the shell reports a program that a closed pipe ended
DESCRIPTION = """A course on scalability that runs the real thing.

Without a command it opens the course in this terminal, where you left off."""


def entry() -> None:
    """The `course` program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal without UTF-8 is no reason to stop
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        return _run(arguments)
    except CourseError as error:
        explain(*failure_lines(error, terminal_width()))
        return error.exit_code
    except KeyboardInterrupt:
        explain("course: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - a bug of ours, caught once, here
        from course.cli.bug import describe_bug

        explain(*describe_bug(error, arguments))
        return OUR_BUG


def make_parser() -> Parser:
    """The whole command line."""
    parser = Parser(prog="course", description=DESCRIPTION, words=["--version"], is_outer=True)
    parser.add_argument("--version", action="store_true", help="say which version this is")
    commands = Commands(parser, is_required=False)
    for command in (
        lessons, next_place, run, replay, check, hint, exercise_file, solution, verify, doctor, sandbox
    ):  # fmt: skip
        command.add(commands)
    parser.set_defaults(run=screen.run)
    return parser


def _run(arguments: Sequence[str]) -> int:
    options = parse(make_parser(), arguments)
    if options.version:
        from importlib.metadata import version

        show([f"scalability-course {version('scalability-course')}"])
        return 0
    with contextlib.closing(Wiring(options.course, options.sandbox)) as wiring:
        code: int = options.run(options, wiring)
    return code


def _drop_output() -> None:
    """Point stdout at nothing, so that Python's own flush at the end stays quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
