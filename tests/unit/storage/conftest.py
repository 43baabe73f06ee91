"""An exercise to keep files of."""

from pathlib import Path

import pytest

from course.content.catalog import Catalog
from course.model.lesson import Exercise

FIXTURES = Path(__file__).parents[2] / "fixtures" / "course"


@pytest.fixture
def exercise() -> Exercise:
    return Catalog(FIXTURES).lessons[0].exercises[0]
