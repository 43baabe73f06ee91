"""A grade as it is written down, and read back strictly."""

from dataclasses import asdict, replace
from typing import Any, cast, get_args

from course.errors import StorageError
from course.model.grade import Grade, Graded, Isolation, Learner
from course.model.json import JSON, Fields
from course.model.verdict import Outcome, TestResult

OUTPUT_LIMIT = 4_000  # characters kept of what a submission printed


def grade_fields(grade: Grade) -> Fields:
    """Everything of a grade, as JSON."""
    fields = cast("Fields", asdict(grade))
    for test in cast("list[Fields]", fields["tests"]):
        del test["seconds"]  # differs between runs
    return cast("Fields", _plain(fields))


def read_grade(fields: Fields) -> Grade:
    """The grade that these fields say; raises StorageError."""
    told: dict[str, Any] = dict(fields)
    try:
        learner = dict(told.pop("learner"))
        columns = tuple((str(key), str(value)) for key, value in learner.pop("columns"))
        tests = tuple(TestResult(**test) for test in told.pop("tests"))
        grade = Grade(learner=Learner(**learner, columns=columns), tests=tests, **told)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise StorageError(f"This is no grade: {error}.") from error
    if grade.outcome not in get_args(Outcome) or grade.isolation not in get_args(Isolation):
        raise StorageError("This is no grade: its outcome or isolation is unknown.")
    return grade


def graded_fields(graded: Graded) -> Fields:
    """A grade and how it came about."""
    return {
        "grade": grade_fields(graded.grade),
        "run": {
            "seconds": round(graded.seconds, 3),
            "tries": graded.tries,
            "worker": graded.worker,
            "events": graded.events,
            "tests": {test.name: round(test.seconds, 3) for test in graded.grade.tests},
        },
    }


def read_graded(fields: Fields) -> Graded:
    """The other way round; raises StorageError."""
    told, run = fields.get("grade"), fields.get("run")
    if not isinstance(told, dict) or not isinstance(run, dict):
        raise StorageError("This is no grade.")
    grade, times = read_grade(told), run.get("tests")
    seconds, tries = run.get("seconds"), run.get("tries")
    if not (
        isinstance(times, dict) and isinstance(seconds, int | float) and isinstance(tries, int)
    ):
        raise StorageError("This is no grade: how it came about is missing.")
    tests = tuple(
        replace(test, seconds=float(cast("float", times.get(test.name, 0.0))))
        for test in grade.tests
    )
    grade = replace(grade, tests=tests)
    worker, log = str(run.get("worker", "")), str(run.get("events", ""))
    return Graded(grade, float(seconds), tries, worker, log)


def _plain(value: object) -> JSON:
    """Tuples as lists, and text that UTF-8 can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return cast("JSON", value)
