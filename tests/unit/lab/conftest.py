"""A lab opened in this process, and its events."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.core import Lab
from lab.learner import Learner


class Stage:
    """An open lab with everything it told."""

    def __init__(self, folder: Path, learner: Learner | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self.lab = Lab()
        self.lab.open(self.events.append, folder, seed=7, learner=learner)

    def of(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        return [e for e in self.events if e["kind"] == kind and fields.items() <= e.items()]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    opened = Stage(tmp_path)
    yield opened
    opened.lab.close()


class Nobody:
    """A learner who handed nothing in."""

    folder = Path()
    files: dict[str, bytes] = {}  # noqa: RUF012  nobody adds to it

    def popen(self, argv: Sequence[str], environment: Mapping[str, str]) -> Any:
        """There is nothing to start."""
        raise OSError(f"nothing was handed in: no {argv} with {environment}")


@pytest.fixture
def rigged(tmp_path: Path) -> Iterator[Stage]:
    """A lab around a submission."""
    opened = Stage(tmp_path, Nobody())
    yield opened
    opened.lab.close()
