"""A process that opens what learners handed in, one after the other, and may die of any of it.

Orders come as JSON lines on the socket on stdin: `{"read": place}`, `{"unpack": archive, "into":
folder}`, with the `seconds` of processor time that it may take. Each is answered by a JSON line:
`{"files": [[name, size]…]}` and then all contents, `{"refused": why}` where that is the file's
fault, `{"trouble": why}` where it is this computer's.
"""

import contextlib
import json
import os
import resource
import socket
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.model.json import Fields
from course.runs.grading.archives import MANY, unpack_into
from course.runs.grading.folders import OURS, Files, handed_in

MEMORY_BYTES = 1 << 30


def main() -> None:
    """Serve until stdin ends."""
    channel = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, MANY.file_bytes)
    for line in channel.makefile("rb"):
        head, files = _answer(json.loads(line))
        channel.sendall(json.dumps(head).encode() + b"\n")
        for content in files.values():
            channel.sendall(content)


def _answer(order: Fields) -> tuple[dict[str, Any], Files]:
    try:
        files = _done(order)
    except CourseError as error:
        return {"refused": error.summary}, {}
    except MemoryError:
        return {"refused": f"It takes more than {MEMORY_BYTES >> 20} MiB to open it."}, {}
    except OSError as error:
        fault = "trouble" if error.errno in OURS else "refused"
        return {fault: f"It cannot be opened: {error.strerror or error}."}, {}
    except Exception as error:  # noqa: BLE001  what a library makes of a hostile file
        return {"refused": f"It cannot be opened: {type(error).__name__}: {error!s:.200}."}, {}
    return {"files": [[name, len(content)] for name, content in files.items()]}, files


def _done(order: Fields) -> Files:
    _allow(int(str(order["seconds"])))
    if "read" in order:
        return handed_in(Path(str(order["read"])))
    unpack_into(Path(str(order["unpack"])), Path(str(order["into"])), MANY)
    return {}


def _allow(seconds: int) -> None:
    """So much processor time from now on; then the kernel ends us."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)


def _limit(what: int, value: int) -> None:
    """Lower a limit as far as the system knows it: macOS does not know them all."""
    _, hard = resource.getrlimit(what)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(what, (most, hard))
