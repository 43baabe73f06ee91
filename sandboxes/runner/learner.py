"""What a fork becomes: a small server that writes files, loads them, calls, or runs a program.

It speaks JSON lines on one descriptor. `prepare` comes first and drops all rights; then `call`
any number of times, or `run` once. Whatever runs in here may write what it likes to that
descriptor: it can forge the answer of its own function and nothing else.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import socket
import sys
from contextlib import suppress

from runner.folder import refill
from runner.loading import Loaded, load, parse
from runner.outside import NAME, Outside
from runner.rights import Limits, become_learner

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from typing import Any, NoReturn

MOST_DESCRIPTORS = 1 << 16  # where the system names no limit
VALUES = 3  # the descriptor of the value channel, beside 0, 1 and 2
PARSE = "submission.parses"  # reserved: no function can have a dot in its name


def become(values: int, printed: int) -> NoReturn:
    """Leave the fork server behind and serve one submission to the end."""
    status = 70
    try:
        _arrange(values, printed)
        channel = socket.socket(fileno=VALUES)
        Learner(channel).serve()
        status = 0
    finally:
        os._exit(status)


def _arrange(values: int, printed: int) -> None:
    values, printed = os.dup2(values, 200), os.dup2(printed, 201)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.dup2(values, VALUES, inheritable=False)
    os.closerange(VALUES + 1, min(os.sysconf("SC_OPEN_MAX"), MOST_DESCRIPTORS))
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr  # type: ignore[misc]  # ours to set


class Learner:
    """Answers requests until the channel ends."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lines = channel.makefile("rb")
        self._outside = Outside(channel, self._lines)
        self._entry = ""
        self._loaded: Loaded | None = None

    def serve(self) -> None:
        """One answer for each line, in order."""
        for line in self._lines:
            ((verb, wanted),) = json.loads(line).items()
            answer = getattr(self, f"_{verb}")(**wanted)
            self._channel.sendall(answer.encode() + b"\n")

    def _prepare(  # noqa: PLR0913, PLR0917  what the wire carries
        self,
        uid: int | None,
        folder: str,
        files: dict[str, str] | None,
        entry: str,
        environment: dict[str, str],
        limits: dict[str, Any],
    ) -> str:
        """Become the learner, with the files in place."""
        become_learner(uid, Limits(**limits))
        os.environ.clear()
        os.environ.update(environment)
        self._entry = entry
        try:
            with suppress(FileExistsError):
                os.mkdir(folder, mode=0o700)
            os.chdir(folder)
            if files is not None:
                refill(folder, files)
        except OSError as error:
            return json.dumps({"refused": str(error)[:300]})
        return json.dumps({"prepared": True})

    def _call(self, function: str, args: list[Any], kwargs: dict[str, Any], nonce: str) -> str:
        """Run a function; the first call loads the submission."""
        mark = f'"nonce": {json.dumps(nonce)}'
        if function == PARSE:
            return f"{{{mark}, {parse(self._entry)}}}"
        if self._loaded is None:
            sys.argv = [self._entry]
            faulthandler.register(signal.SIGUSR1, file=VALUES, all_threads=False)
            sys.modules[NAME] = self._outside
            self._outside.nonce = nonce
            self._loaded = load(self._entry)
        self._outside.nonce = nonce
        result = self._loaded.call(function, args, kwargs)
        return f"{{{mark}, {result}}}"

    def _run(self, argv: list[str]) -> str:
        """Become a program; answers only when that fails."""
        try:
            os.execvp(argv[0], argv)  # noqa: S606  no shell, and no rights left to lose
        except OSError as error:
            return json.dumps({"refused": f"{argv[0]}: {error.strerror}"})
