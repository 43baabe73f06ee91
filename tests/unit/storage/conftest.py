"""An exercise to keep files of."""

import pytest

from course.content.catalog import Catalog
from course.model.lesson import Exercise
from tests.fixture_course import FIXTURES


@pytest.fixture
def exercise() -> Exercise:
    return Catalog(FIXTURES).lessons[0].exercises[0]
