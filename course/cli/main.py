"""Where every command begins and ends: what goes wrong becomes a sentence and an exit code."""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from course.cli.output import explain, show
from course.cli.parser import Commands, Parser, parse
from course.cli.screen import open_screen
from course.errors import CourseError, UsageError
from course.model.version import VERSION

OUR_BUG = 4
INTERRUPTED = 130
PIPE_CLOSED = 141  # as the shell reports a program that a closed pipe ended
MODULES = {
    "list": "lessons",
    "next": "next_place",
    "read": "read",
    "run": "run",
    "replay": "replay",
    "check": "check",
    "hint": "hint",
    "open": "exercise_file",
    "reset": "exercise_file",
    "solution": "solution",
    "verify": "verify",
    "new": "new",
    "grade": "grade",
    "worker": "worker",
    "doctor": "doctor",
    "sandbox": "sandbox",
}
ALL = tuple(dict.fromkeys(MODULES.values()))
READING = {f"course.cli.commands.{one}" for one in ("lessons", "next_place", "read")}
HELP = ("-h", "--help")
DESCRIPTION = """A course on scalability that runs the real thing.

Without a command it opens the course in this terminal, where you left off."""


def entry() -> None:
    """The `course` program."""
    for name, closed in _open_what_is_closed():
        explain(f"course: {name} is closed: {closed}.")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal has UTF-8
    sys.exit(main(sys.argv[1:]))


def _open_what_is_closed() -> Iterable[tuple[str, str]]:
    """A shell's `>&-`: no file of ours may get the number of a stream, and nothing of it may fail.

    Yields the names of those whose absence somebody may wonder about.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", closefd=False))
        setattr(sys, f"__{name}__", getattr(sys, name))
        if name == "stdout":
            yield "standard output", "the result is not shown, the exit code says what came of it"


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        return _run(arguments)
    except CourseError as error:
        from course.report.failures import failure_lines
        from course.report.lines import terminal_width

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


def make_parser(arguments: Sequence[str]) -> Parser:
    """The command line, as much of it as these arguments can mean."""
    return _parser(_modules(arguments))


def _parser(modules: Iterable[str]) -> Parser:
    parser = Parser(
        prog="course", description=DESCRIPTION, words=["--version", "--record"], is_outer=True
    )
    parser.add_argument("--version", action="store_true", help="say which version this is")
    parser.add_argument(
        "--record",
        metavar="FOLDER",
        type=Path,
        dest="record_labs",
        help="without a command: keep the events of every lab in a folder",
    )
    commands = Commands(parser, is_required=False)
    for module in modules:
        import_module(f"course.cli.commands.{module}").add(commands)
    parser.set_defaults(run=open_screen)
    return parser


def _modules(arguments: Sequence[str]) -> Sequence[str]:
    """The module of the command that is given; all of them when that is not plain to see."""
    words = [word for word in arguments if not word.startswith("-")]
    given = [MODULES[word] for word in words[:3] if word in MODULES]  # --course DIR --sandbox X
    return given if len(given) == 1 and "-h" not in arguments else ALL


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for; a complaint about it knows all commands."""
    has_command = any(word in HELP or not word.startswith("-") for word in arguments)
    try:
        return parse(_parser(_modules(arguments) if has_command else ()), arguments)
    except UsageError:
        return parse(_parser(ALL), arguments)


def _run(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if options.version:
        show([f"scalability-course {VERSION}"])
        return 0
    if options.record_labs is not None and options.run is not open_screen:
        raise UsageError("--record FOLDER belongs to `course` alone; `course run` has its own.")
    from course.cli.wiring import Wiring, has_terminal

    if options.run.__module__ not in READING:  # where nothing is logged, and there are no threads
        from course.cli.background import tell_background

        tell_background()
    wiring = Wiring(
        options.course,
        options.sandbox,
        is_trusted=options.trust_course,
        may_ask=not options.json and has_terminal(),
    )
    with contextlib.closing(wiring):
        code: int = options.run(options, wiring)
    return code


def _drop_output() -> None:
    """Point stdout at nothing, so that Python's own flush at the end stays quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
