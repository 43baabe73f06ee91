"""Faults: what was done to the course, and what must be true of it afterwards.

A test that does harm calls the fixture `fault` once it has looked. The fixture holds every fault to
the same bar, and `COURSE_FAULTS=FILE` makes it write a line for docs/faults.md (docs/faults.py).
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

NOBODY_SHOULD_READ = ("Traceback (most recent call last)", "a bug in the course")


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: what was done, what is gone, what stayed behind, and what the person read."""

    test: str
    fault: str
    lost: tuple[str, ...]
    left: tuple[str, ...]
    read: str


class Faults:
    """Takes what a test found after its fault, and fails where a person would be let down."""

    def __init__(self, test: str, file: Path | None) -> None:
        self._test = test
        self._file = file

    def __call__(
        self, fault: str, *, lost: Iterable[object], left: Iterable[object], read: str
    ) -> None:
        """`lost` and `left` are what was found missing and found left over; `read` is verbatim."""
        row = Fault(self._test, fault, _names(lost), _names(left), " ".join(read.split()))
        assert not row.lost, f"{fault}: lost {row.lost}"
        assert not row.left, f"{fault}: left behind {row.left}"
        assert row.read, f"{fault}: the person read nothing"
        assert not any(words in row.read for words in NOBODY_SHOULD_READ), f"{fault}: {read}"
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def faults_of(test: str) -> Faults:
    """The fixture's value for one test."""
    file = os.environ.get("COURSE_FAULTS")
    return Faults(test, Path(file) if file else None)


def _names(found: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(one) for one in found)
