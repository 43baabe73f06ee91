"""What a fork of the judge does: run one exercise's tests and leave."""

import os
import resource
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, cast

import pytest

from course.judge.channel import Channel
from course.judge.plugin import Reporter
from course.judge.proxy import Desk, Fixtures
from course.model.json import Fields

# Nothing of this machine or the tests' folder steers the run, and no source gets into messages.
FLAGS = (
    "-c", os.devnull, "--noconftest", "--assert=plain", "--import-mode=importlib",
    "--strict-markers", "--capture=no",
    "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-p", "no:doctest",
    "-p", "no:junitxml", "-p", "no:pastebin", "-p", "no:debugging", "-p", "no:logging",
    "-p", "no:stepwise", "-p", "no:warnings",
)  # fmt: skip


def run_tests(channel_end: int, nonce: str, folder: Path) -> NoReturn:
    """Do it in this empty folder; the exit status is 0 only when pytest came to its end."""
    status = 70
    try:
        _settle(folder)
        channel = Channel(socket.socket(fileno=channel_end), nonce)
        _, work = channel.receive()
        code = _run(channel, work)
        channel.send("finished", exit=code)
        status = 0
    finally:
        os._exit(status)


def _settle(folder: Path) -> None:
    """A session and a folder of our own, and nothing to read from or print to."""
    os.setsid()
    folder.mkdir()
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sys.dont_write_bytecode = True


def _run(channel: Channel, work: Fields) -> int:
    seconds = int(cast("float", work["seconds"])) + 2
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    folder = str(work["folder"])
    desk = Desk(channel, str(work["file"]))
    arguments = [
        *FLAGS,
        f"--rootdir={folder}",
        f"--confcutdir={folder}",
        f"--basetemp={Path.cwd() / 'tmp'}",
        *(str(test) for test in cast("list[str]", work["tests"])),
    ]
    plugins = [
        Reporter(channel, desk, fresh=bool(work["fresh"])),
        Fixtures(desk, cast("int", work["seed"])),
    ]
    return int(pytest.main(arguments, plugins=plugins))
