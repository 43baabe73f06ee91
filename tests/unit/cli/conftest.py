"""The command line over the fixture course, with a data folder of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from course.cli.main import main
from tests.fixture_course import FIXTURES


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its result, which must be one object."""
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its result, an object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Course = Callable[..., Ran]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Where this test's progress goes; its name is as awkward as a user's."""
    path = tmp_path / "two words ☂"
    monkeypatch.setenv("COURSE_HOME", str(path))
    monkeypatch.setenv("COLUMNS", "80")
    return path


@pytest.fixture
def course(capsys, home) -> Course:
    """Runs a command on the fixture course in this process."""
    assert not home.exists()

    def run(*arguments: str, at: Path = FIXTURES) -> Ran:
        capsys.readouterr()
        code = main(["--course", str(at), "--trust-course", "--sandbox", "embedded", *arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
