"""The agent's life: commands from stdin until it closes, then everything ends."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from queue import SimpleQueue

from agent.commands import Commands
from agent.wire import LARGEST_COMMAND, Out, WireError, parse
from runner.background import background, tell_of_threads
from runner.birth import bear

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from typing import IO, Any

HANDS = 12  # commands at once; made at the start, since a fork bomb leaves room for no thread
LAST_SECONDS = 3.0  # for an orderly end; then whatever is left is killed


def main() -> None:
    """Serve stdin; returns never."""
    born = bear()  # first of all: later there are threads
    out = Out(_private_stdout())
    commands = Commands(out, born)
    tell_of_threads(commands.note)
    _end_at_deadline()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: os.close(0))
    with contextlib.suppress(OSError, ValueError):
        _serve(sys.stdin.buffer, commands, out)
    _end(commands)


def _serve(commands_in: IO[bytes], commands: Commands, out: Out) -> None:
    waiting: SimpleQueue[tuple[int, str, dict[str, Any]]] = SimpleQueue()
    for _ in range(HANDS):
        background("hand", _work, waiting, commands)
    while line := commands_in.readline(LARGEST_COMMAND + 1):
        try:
            fields = parse(line)
            number, do = fields.pop("id"), fields.pop("do")
        except (WireError, KeyError) as error:
            out.error(None, "usage", f"not a command: {error}")
            continue
        waiting.put((number, do, fields))


def _work(waiting: SimpleQueue[tuple[int, str, dict[str, Any]]], commands: Commands) -> None:
    while True:
        commands.run(*waiting.get())


def _private_stdout() -> IO[bytes]:
    """Keep the real stdout for the wire; what prints to fd 1 goes to stderr from now on."""
    wire = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return wire


def _end_at_deadline() -> None:
    seconds = float(os.environ.get("COURSE_SECONDS", "0"))
    if seconds:
        background("deadline", _end_after, seconds)


def _end_after(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGTERM)


def _end(commands: Commands) -> None:
    """Close in order, within bounds; then kill what is left and go."""
    if commands.ends_with_us():
        os._exit(0)
    from lab.family import descendants

    closing = background("closing", commands.shut_down, told=sys.stderr.write)
    closing.join(LAST_SECONDS)
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    work = os.environ.get("COURSE_WORK")
    if work is not None:
        import shutil

        shutil.rmtree(work, ignore_errors=True)
    os._exit(0)
