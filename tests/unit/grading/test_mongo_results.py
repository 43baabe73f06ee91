"""Grades in MongoDB: one document for each piece of work."""

import mongomock
import pytest

from course.errors import UsageError
from course.runs.grading.mongo_results import MongoResults, connect_results
from course.runs.grading.record import read_graded
from tests.unit.report.hostile_grades import failed, nobody_knows, passed


def test_a_grade_that_is_there_is_not_written_twice():
    collection = mongomock.MongoClient().course.grades
    results = MongoResults(collection)
    assert results.add(failed())
    assert not results.add(failed())
    assert results.add(nobody_knows())
    assert collection.count_documents({}) == 2
    kept = collection.find_one({"grade.learner.id": "jdoe"})
    assert read_graded(kept).grade == failed().grade


def test_another_submission_of_the_same_learner_is_another_document():
    collection = mongomock.MongoClient().course.grades
    results = MongoResults(collection)
    one = passed()
    results.add(one)
    results.add(type(one)(type(one.grade)(**{**fields(one.grade), "submission": "99" * 32})))
    assert collection.count_documents({}) == 2


def fields(grade) -> dict:
    return {name: getattr(grade, name) for name in grade.__slots__}


def test_an_address_that_is_none_is_refused():
    with pytest.raises(UsageError, match="mongodb://"):
        connect_results("/some/folder")
