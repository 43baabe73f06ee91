"""The embedded backend: how long the names of its folders may be."""

import shutil
import tempfile
from pathlib import Path

import pytest

from course.content.catalog import Catalog
from course.errors import SandboxError
from course.runs.labs import open_lab
from course.sandbox.choice import Chooser
from course.sandbox.embedded import BELOW_PLACE, LONGEST_PLACE
from tests.fixture_course import FIXTURES

COUNTING = Catalog(FIXTURES).lessons[0]
MACOS_SOCKET_PATH = 103
MACOS = "/var/folders/k5/2v7bsqvn6tl4nqgq1nzl8p3w0000gn/T"


@pytest.fixture
def place(monkeypatch):
    """Makes a folder with a name of so many bytes the one for temporary files."""

    def make(size):
        start = tempfile.mkdtemp(prefix="l", dir="/tmp")
        path = Path(start) / ("d" * (size - len(start) - 1))
        path.mkdir()
        monkeypatch.setenv("TMPDIR", str(path))
        monkeypatch.setattr(tempfile, "tempdir", str(path))
        made.append(start)

    made: list[str] = []
    yield make
    for start in made:
        shutil.rmtree(start)


def test_a_lab_runs_in_the_longest_place_there_can_be(place):
    place(LONGEST_PLACE)
    lab = open_lab(COUNTING, Chooser("embedded"), seed=1)
    lab.close()
    assert lab.state().nodes


def test_a_longer_place_is_refused_with_a_way_out(place):
    place(LONGEST_PLACE + 1)
    with pytest.raises(SandboxError, match="too long a name") as caught:
        open_lab(COUNTING, Chooser("embedded"), seed=1)
    assert "TMPDIR" in caught.value.hint


def test_the_place_that_macos_gives_is_short_enough():
    assert len(MACOS) + BELOW_PLACE <= MACOS_SOCKET_PATH
