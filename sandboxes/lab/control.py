"""How a lab steers its own processes: over a Unix socket that no submission can reach.

A process that the lab started finds the socket's path in `LAB_CONTROL`, in a folder that only its
uid and the agent may enter. One connection carries one question and one answer, a JSON line each.
Imports little, so that a worker that only wants this starts at once.
"""

import json
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from runner.background import background

LARGEST = 1 << 20  # bytes of a question or an answer
SECONDS = 5.0  # for one answer

Handle = Callable[[dict[str, Any]], Any]
"""What a process does with a question: its fields to a JSON value."""


class NoAnswer(Exception):
    """The process did not answer, or refused; the text says what happened."""


def serve_control(handle: Handle) -> None:
    """Answer the lab's questions on a thread of their own; nothing happens without a lab."""
    address = os.environ.get("LAB_CONTROL")
    if address is None:
        return
    with suppress(FileNotFoundError):  # of the process before this one
        os.unlink(address)  # noqa: PTH108  pathlib would cost a worker its quick start
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    os.chmod(address, 0o660)  # noqa: PTH101  the agent is of our group
    listener.listen()
    background("control", _serve, listener, handle)


def ask_process(address: str, fields: dict[str, Any], seconds: float = SECONDS) -> Any:
    """One question to the process that listens there; raises NoAnswer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(address)
            connection.sendall(json.dumps(fields).encode() + b"\n")
            told = json.loads(_line(connection))
        except (OSError, ValueError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
    if "error" in told:
        raise NoAnswer(str(told["error"]))
    return told["value"]


def _serve(listener: socket.socket, handle: Handle) -> None:
    while True:
        connection, _ = listener.accept()
        try:
            with connection:
                connection.settimeout(SECONDS)
                connection.sendall(json.dumps(_answer(handle, _line(connection))).encode() + b"\n")
        except OSError as error:  # whoever asked is gone
            sys.stderr.write(f"control: {error}\n")


def _answer(handle: Handle, line: bytes) -> dict[str, Any]:
    try:
        return {"value": handle(json.loads(line))}
    except Exception as error:  # noqa: BLE001  the lab must hear of it, and the process go on
        return {"error": f"{type(error).__name__}: {error}"}


def _line(connection: socket.socket) -> bytes:
    text = b""
    while not text.endswith(b"\n"):
        data = connection.recv(65_536)
        if not data or len(text) > LARGEST:
            raise OSError("half a line came")
        text += data
    return text
