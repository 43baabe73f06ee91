"""One forked process as the agent sees it: a channel for values, a pipe for what it prints."""

import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from runner.values import LARGEST

ENVELOPE = 8 * 1024  # of an answer, around its value
TELLING_SECONDS = 0.5  # for a process to tell where it stands
LOOK_SECONDS = 0.1  # between two looks at the time while it does not answer
NOTICE_SECONDS = 2.0  # until the fork server tells how a process ended


class Ended(Exception):
    """The process is gone."""


class Late(Exception):
    """No answer in time."""


class Stray(Exception):
    """It wrote what nobody asked for."""

    def __init__(self) -> None:
        super().__init__("there was more on it than the answer")


class Child:
    """A fork that waits to become the learner, or has become so."""

    def __init__(self) -> None:
        self.channel, self._theirs = socket.socketpair()
        self.printed, self._prints = os.pipe()
        self.pid = 0
        self.status: int | None = None
        self.refused = ""
        self.known = threading.Event()  # the fork was done, or refused
        self.ended = threading.Event()
        self._unread = b""

    def ends(self) -> list[int]:
        """What the fork server hands to the new process."""
        return [self._theirs.fileno(), self._prints]

    def close_theirs(self) -> None:
        """Once the fork server has them."""
        self._theirs.close()
        os.close(self._prints)

    def forked(self, pid: int, refused: str) -> None:
        """The fork server has answered."""
        self.pid, self.refused = pid, refused
        if refused:
            self.ended.set()
        self.known.set()

    def exited(self, status: int) -> None:
        """It is gone, though a child of its own may still hold the channel open."""
        self.status = status
        self.ended.set()
        with suppress(OSError):
            self.channel.shutdown(socket.SHUT_RDWR)

    def ask(self, verb: str, arguments: dict[str, object], seconds: float) -> bytes:
        """Send one request and wait for its line; raises Ended, Late or Stray."""
        until = time.monotonic() + seconds

        def look() -> None:
            if time.monotonic() > until:
                raise Late

        return self.converse(verb, arguments, look)

    def converse(self, verb: str, arguments: dict[str, object], look: Callable[[], None]) -> bytes:
        """Send one request and wait for its line, as long as `look` does not raise.

        Raises:
            Ended: The process is gone.
            Stray: It wrote what nobody asked for.
        """
        self._refuse_stray()
        try:
            self._send(json.dumps({verb: arguments}).encode() + b"\n", look)
            return self._line(look)
        except OSError as error:
            raise Ended from error

    def where(self) -> str:
        """Make it tell where it is; empty when it does not."""
        with suppress(OSError, Late, Ended, Stray):
            os.kill(self.pid, signal.SIGUSR1)
            text, until = b"", time.monotonic() + TELLING_SECONDS
            while len(text) < ENVELOPE and time.monotonic() < until:
                if not select.select([self.channel], [], [], 0.1)[0]:
                    break
                data = self.channel.recv(ENVELOPE)
                if not data:
                    break
                text += data
            return text.decode(errors="replace")
        return ""

    def close(self) -> None:
        """Drop the channel; a process that waits on it ends by itself."""
        self.channel.close()

    def discard(self) -> None:
        """Drop it unused."""
        self.close()
        os.close(self.printed)

    def _refuse_stray(self) -> None:
        if self._unread:
            raise Stray
        if select.select([self.channel], [], [], 0)[0]:
            self.channel.settimeout(0)
            try:
                if self.channel.recv(1, socket.MSG_PEEK):
                    raise Stray
            except OSError as error:
                raise Ended from error
            raise Ended

    def _send(self, data: bytes, look: Callable[[], None]) -> None:
        self.channel.settimeout(LOOK_SECONDS)
        left = memoryview(data)
        while left:
            try:
                left = left[self.channel.send(left) :]
            except TimeoutError:
                look()

    def _line(self, look: Callable[[], None]) -> bytes:
        self.channel.settimeout(LOOK_SECONDS)
        looked = time.monotonic()
        while b"\n" not in self._unread:
            if len(self._unread) > LARGEST + ENVELOPE:
                raise Stray
            if time.monotonic() > looked + LOOK_SECONDS:
                look()
                looked = time.monotonic()
            with suppress(TimeoutError):
                data = self.channel.recv(64 * 1024)
                if not data:
                    raise Ended
                self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line
