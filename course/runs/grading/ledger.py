"""The book of a batch: one line for each grade, on disk before it counts, chained to the last.

A crash leaves whole lines and at most one torn one, which is dropped. Each line carries the
digest of the one before, so a line that was changed, added or taken out is noticed.
"""

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from course.errors import StorageError, UsageError
from course.model.grade import Graded
from course.model.json import Fields
from course.runs.grading.digests import digest_of
from course.runs.grading.record import graded_fields, read_graded
from course.storage.atomic import next_to

FILE = "grades.jsonl"
START = "0" * 64
OVER = "Start over without --resume; the old book is kept beside the new one."


class Ledger:
    """A batch's grades, in the order in which they were written.

    Args:
        folder: The batch's own.
        header: What the batch is; a book that says otherwise is of another batch. None leaves
            open what a new book takes from `fresh`.
        fresh: What a new book says where the header does not.
        resume: Go on with the book that is there.
    """

    def __init__(
        self, folder: Path, header: Fields, fresh: Fields | None = None, *, resume: bool = False
    ) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._lock = threading.Lock()
        self._chain = START
        self._grades: dict[str, Graded] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._open(resume=resume)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be used: {error.strerror}.") from error
        try:
            self.header = self._read(header) or self._begin({**header, **(fresh or {})})
        except BaseException:
            self._file.close()
            raise

    @property
    def grades(self) -> dict[str, Graded]:
        """The grades by task."""
        return dict(self._grades)

    def add(self, task: str, graded: Graded) -> bool:
        """Write a grade down; False when the same work has one already."""
        with self._lock:
            before = self._grades.get(task)
            if before is not None and before.grade.outcome != "error" and is_same(before, graded):
                return False
            fields = graded_fields(graded)
            self._append({"task": task, **fields})
            self._grades[task] = read_graded(fields)  # as a later --resume will see it
            return True

    def close(self) -> None:
        """Give the book back; idempotent."""
        self._file.close()

    def _open(self, *, resume: bool) -> IO[bytes]:
        file = self._path.open("ab+")
        _lock(file, self._path)
        if not resume and self._path.stat().st_size:
            self._path.replace(next_to(self._path))
            file.close()  # and with it the lock on the old book
            file = self._path.open("ab+")
            _lock(file, self._path)
        return file

    def _begin(self, header: Fields) -> Fields:
        self._append({"batch": header})
        return header

    def _append(self, fields: Fields) -> None:
        body: Fields = {"previous": self._chain, **fields}
        digest = digest_of(body)
        self._write(json.dumps({**body, "digest": digest}, allow_nan=False).encode() + b"\n")
        self._chain = digest

    def _write(self, line: bytes) -> None:
        """All of it, past the file's buffer, which would try again what a full disk refused."""
        file = self._file.fileno()
        before = os.fstat(file).st_size
        left = memoryview(line)
        try:
            while left:
                left = left[os.write(file, left) :]
            os.fsync(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(file, before)
            raise StorageError(
                f"{self._path} cannot be written: {error.strerror}.",
                "Make room, then go on with --resume.",
            ) from error

    def _read(self, header: Fields) -> Fields:
        """Take up what was written before a crash; empty when nothing was."""
        self._drop_torn_line()
        lines = self._lines()
        known = cast("Fields", next(lines, {}).get("batch") or {})
        if known:
            _refuse_other(known, header)
        for fields in lines:
            self._grades[str(fields["task"])] = read_graded(fields)
        return known

    def _drop_torn_line(self) -> None:
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self._path, whole)

    def _lines(self) -> Iterator[Fields]:
        self._file.seek(0)
        for number, line in enumerate(self._file, start=1):
            fields = _parsed(line)
            digest = fields.pop("digest", None)
            if fields.get("previous") != self._chain or digest != digest_of(fields):
                raise StorageError(f"{self._path}:{number} has been changed.", OVER)
            self._chain = str(digest)
            yield fields


def is_same(one: Graded, other: Graded) -> bool:
    """Whether both are grades of the same work, by the same tests, in the same image."""
    return _made_of(one) == _made_of(other)


def _made_of(graded: Graded) -> tuple[object, ...]:
    grade = graded.grade
    return (grade.learner, grade.submission, grade.exercise, grade.tests_digest, grade.image)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        fields = None
    return fields if isinstance(fields, dict) else {}


def _refuse_other(known: Fields, header: Fields) -> None:
    strange = [
        name for name, value in header.items() if value is not None and known.get(name) != value
    ]
    if strange:
        raise UsageError(
            f"The batch to resume was started with another {', '.join(strange)}.",
            "Repeat the options it was started with, or start over without --resume.",
        )


def _lock(file: IO[bytes], path: Path) -> None:
    """One batch at a time in a folder."""
    try:
        import fcntl
    except ImportError:  # Windows keeps a file that is open from being replaced anyway
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise UsageError(
            f"Another `course grade` is writing {path}.", "Wait for it, or give another --work."
        ) from error
