"""An exercise the way most graders run it: tests and submission in one folder, plain pytest."""

import shutil
from pathlib import Path

from course.model.lesson import Exercise

CONFTEST = """
import importlib
import random

import pytest
import submission as submitted

try:
    import harness
except ModuleNotFoundError:
    harness = submitted


class Failure:
    kind = "exception"

    def __init__(self, error):
        self.message = f"{type(error).__name__}: {error}"


class Submission:
    spent = 0.0

    def call(self, function, *args, **kwargs):
        found = getattr(harness, function, None) or getattr(submitted, function)
        return found(*args, **kwargs)

    def failure(self, function, *args, **kwargs):
        with pytest.raises(Exception) as caught:
            self.call(function, *args, **kwargs)
        return Failure(caught.value)

    def restart(self):
        importlib.reload(submitted)
        importlib.reload(harness)


@pytest.fixture
def submission():
    return Submission()


@pytest.fixture
def rng(request):
    return random.Random(f"1/{request.node.name}")
"""


def write_bare(folder: Path, exercise: Exercise, answer: Path | bytes) -> None:
    """Everything that plain pytest needs for this answer."""
    content = answer if isinstance(answer, bytes) else answer.read_bytes()
    (folder / "submission.py").write_bytes(content)
    for test in exercise.tests:
        shutil.copy(test, folder)
    if exercise.harness is not None:
        shutil.copy(exercise.harness, folder / "harness.py")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
