"""A study with fixed values for every test, and pictures compared as SVG."""

from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot

from tests.tui.fakes import FakeStudy
from tests.tui.svg import picture_of


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    """No editor, no theme and no colour wish of whoever runs the tests."""
    for name in ("VISUAL", "EDITOR", "TEXTUAL_THEME", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def study(tmp_path, monkeypatch) -> FakeStudy:
    """A fresh course; its files lie under a relative path, so that pictures are alike anywhere."""
    monkeypatch.chdir(tmp_path)
    folder = Path("workspace")
    folder.mkdir()
    return FakeStudy(folder)


class Svg(SingleFileSnapshotExtension):
    """A picture of the terminal."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT

    def serialize(self, data, **_options):
        return data


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> Callable[[Pilot[None]], bool]:
    """Whether the screen looks as it did when somebody last looked at the picture."""
    kept = snapshot.use_extension(Svg)
    return lambda pilot: picture_of(pilot) == kept
