"""A lab opened in this process, and its events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.core import Lab


class Stage:
    """An open lab with everything it told."""

    def __init__(self, folder: Path) -> None:
        self.events: list[dict[str, Any]] = []
        self.lab = Lab()
        self.lab.open(self.events.append, folder, seed=7)

    def of(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        return [e for e in self.events if e["kind"] == kind and fields.items() <= e.items()]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    opened = Stage(tmp_path)
    yield opened
    opened.lab.close()
