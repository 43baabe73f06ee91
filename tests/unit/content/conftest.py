"""A lesson folder to spoil."""

import shutil
from pathlib import Path

import pytest

from tests.fixture_course import FIXTURES


class Folder:
    """A copy of the fixture lesson whose files can be changed in place."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def change(self, file: str, old: str, new: str) -> None:
        """Replace text that must be there."""
        path = self.path / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


@pytest.fixture
def folder(tmp_path) -> Folder:
    shutil.copytree(FIXTURES / "01-counting", tmp_path / "01-counting")
    return Folder(tmp_path / "01-counting")


@pytest.fixture
def course() -> Path:
    return FIXTURES
