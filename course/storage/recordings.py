"""A lab's event log as a file: one JSON object per line, written while it runs, read strictly."""

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, NoReturn

from course.errors import StorageError, WireBroken
from course.model.codec import decode, encode
from course.model.event import Event, LabStarted
from course.model.json import JSON, Fields
from course.storage.regular import open_regular

LONGEST_LINE = 1 << 20  # bytes
LARGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Recording:
    """A run that was recorded."""

    events: tuple[Event, ...]
    is_cut: bool = False  # the run was ended in the middle of a line, which is left out


class Recorder:
    """Writes events down as they come; a run that is killed leaves what it had.

    Args:
        path: A file that is not there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file: BinaryIO = path.open("xb", buffering=0)
        except FileExistsError as error:
            hint = "Choose another name, or remove it first."
            raise StorageError(f"{path} is already there.", hint) from error
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}.") from error

    def write(self, event: Event) -> None:
        """Add one event."""
        line = json.dumps(encode(event), allow_nan=False).encode() + b"\n"
        try:
            self._file.write(line)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror}.") from error

    def close(self) -> None:
        """No more events."""
        self._file.close()

    def __enter__(self) -> "Recorder":
        """Use it in a `with`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it however the run ended."""
        self.close()


class RecordingFolder:
    """Keeps every lab that is opened in a file of its own: `02-clustering.jsonl`, then `.2.jsonl`.

    Args:
        path: The folder; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = contextlib.ExitStack()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path} cannot be made: {error.strerror}.") from error

    def begin(self, name: str) -> Callable[[Event], None]:
        """A new recording; returns what writes an event down."""
        return self._open.enter_context(Recorder(self._unused(name))).write

    def close(self) -> None:
        """No more events in any of them."""
        self._open.close()

    def _unused(self, name: str) -> Path:
        names = itertools.chain([name], (f"{name}.{number}" for number in itertools.count(2)))
        paths = (self._path / f"{one}.jsonl" for one in names)
        return next(path for path in paths if not path.exists())


def read_recording(path: Path) -> Recording:
    """All events of a recording; raises StorageError that names the line at fault."""
    try:
        with open_regular(path, LARGEST, name=str(path)) as file:
            return _Reader(path).read(file)
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}.") from error


class _Reader:
    """Reads lines and holds them to what a log is: no gaps, and time that never goes back."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, file: IO[bytes]) -> Recording:
        events: list[Event] = []
        for number, line in enumerate(self._lines(file), start=1):
            if not line.endswith(b"\n"):
                return Recording(tuple(events), is_cut=True)
            event = self._event(number, line)
            self._in_order(number, event, events[-1] if events else None)
            events.append(event)
        if not events:
            raise StorageError(f"{self._path} holds no events.")
        return Recording(tuple(events))

    def _lines(self, file: IO[bytes]) -> Iterator[bytes]:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                self._refuse(number, f"the line is longer than {LONGEST_LINE} bytes")
            yield line

    def _event(self, number: int, line: bytes) -> Event:
        try:
            fields = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
        except RecursionError:
            self._refuse(number, "it is nested too deep")
        except ValueError as error:  # not JSON, not UTF-8, a key twice
            self._refuse(number, str(error))
        if not isinstance(fields, dict):
            self._refuse(number, "it is not a JSON object")
        try:
            return decode(fields)
        except WireBroken as error:
            self._refuse(number, error.summary)

    def _in_order(self, number: int, event: Event, before: Event | None) -> None:
        if before is None and not isinstance(event, LabStarted):
            self._refuse(number, "a recording begins with lab_started")
        if event.seq != number:
            self._refuse(number, f"it has seq {event.seq} where {number} comes next")
        if before is not None and event.t < before.t:
            self._refuse(number, "its time is before that of the line above")

    def _refuse(self, number: int, why: str) -> NoReturn:
        raise StorageError(
            f"{self._path}:{number} is not an event of a recording.",
            "`course run LESSON --do TRIGGER --record FILE` makes one.",
            evidence=why,
        )


def _once(pairs: list[tuple[str, JSON]]) -> Fields:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key is there twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
