"""docs/lessons.md counts what the lessons have, and the README lists them all."""

import re
from pathlib import Path

import pytest

from course.content.catalog import Catalog
from course.content.folders import find_course

ROOT = Path(__file__).parents[2]
LESSONS = Catalog(find_course()).lessons
PAGE = (ROOT / "docs/lessons.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = {
    row[0].split()[0]: row
    for line in PAGE.splitlines()
    if (row := [cell.strip() for cell in line.strip("|").split("|")]) and row[0][:2].isdigit()
    if len(row) == 6  # the first table; the second tells where facts come from
}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.id)
def test_a_lessons_row_counts_what_it_has(lesson):
    name, _, triggers, gauges, experiments, exercises = ROWS[f"{lesson.number:02d}"]
    assert name == f"{lesson.number:02d} {lesson.id}"
    counts = (len(lesson.triggers), len(lesson.gauges), len(lesson.experiments))
    assert (int(triggers), int(gauges), int(experiments)) == counts
    named = set(re.findall(r"\w+", exercises))
    assert {one.id.replace("-", "_") for one in lesson.exercises} <= named
    assert {one.kind for one in lesson.exercises} <= {word.rstrip("s") for word in named}


def test_no_row_is_about_a_lesson_that_is_not_there():
    assert ROWS.keys() == {f"{lesson.number:02d}" for lesson in LESSONS}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.id)
def test_the_readme_lists_a_lesson(lesson):
    assert re.search(rf"^\| {lesson.number:02d} \| \w+: .+\|$", README, re.M)
