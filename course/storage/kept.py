"""A file of what can be made again: read when it is whole and ours, and never an error if not."""

import contextlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.errors import StorageError
from course.model.json import Fields
from course.storage.atomic import write_whole
from course.storage.regular import read_regular

LARGEST = 64 << 20  # bytes


class KeptFile:
    """One such file: a line that says who wrote what, and a JSON object.

    Args:
        path: Where it is; the folder is made when something is kept there.
        maker: Who writes it. What another maker wrote (an older version) is not there.
    """

    def __init__(self, path: Path, maker: str) -> None:
        self._path = path
        self._maker = maker

    def read(self, hook: Callable[[Fields], Any] | None = None) -> Any:  # noqa: ANN401  as written
        """What was kept, each object through `hook`; None when there is nothing that can be used.

        The check sum stands for looking at every value: what has it is what was written.
        """
        with contextlib.suppress(StorageError, ValueError, RecursionError):
            head, _, body = read_regular(self._path, LARGEST).partition(b"\n")
            if head == self._head(body):
                return json.loads(body, object_hook=hook)
        return None

    def write(self, fields: Fields) -> None:
        """Keep this in its place; where that cannot be, it is made again next time."""
        body = json.dumps(fields, separators=(",", ":")).encode()
        with contextlib.suppress(StorageError):
            write_whole(self._path, self._head(body) + b"\n" + body)

    def _head(self, body: bytes) -> bytes:
        return f"{self._maker} {zlib.crc32(body):08x}".encode()
