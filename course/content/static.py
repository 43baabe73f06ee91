"""Everything about a lesson folder that can be proved without running it."""

from collections.abc import Iterator
from pathlib import Path

from course.content.catalog import read_lesson
from course.content.declared_tests import declared_tests, points_problems
from course.content.exercises import CHEAT, RIGHT
from course.content.functions import check_functions
from course.content.mutants import PREFIX, TABLE
from course.content.prose import check_prose
from course.content.rules import TABLE as RULES
from course.content.rules import check_rules
from course.content.source import find_fence
from course.content.text import fence_line
from course.errors import LessonError
from course.model.lesson import Exercise, Lesson
from course.model.problem import Problem
from course.model.syntax import parse

LESSON_SUFFIXES = (".py", ".conf", ".yaml", ".yml", ".sh", ".json", ".js")
LESSON_FILES = ("lesson.toml", "lesson.md", "README.md")
EXERCISE_FILES = ("task.md", "harness.py", "rig.py", TABLE, RULES)
IGNORED = ("__pycache__",)


def problems(folder: Path) -> list[Problem]:
    """All that the author of a lesson folder must mend; empty when it is sound."""
    reading = read_lesson(folder)
    if reading.lesson is None:
        return list(reading.problems)
    lesson = reading.lesson
    return [
        *_checked(lesson),
        *check_prose(folder / "lesson.md"),
        *_placed(lesson),
        *_code_fences(lesson),
        *_unexpected(lesson),
        *(problem for exercise in lesson.exercises for problem in _exercise(exercise)),
    ]


def course_problems(lessons: tuple[Lesson, ...]) -> list[Problem]:
    """What is wrong between lessons: numbers, slugs, and what requires what."""
    found: list[Problem] = []
    earlier: dict[str, Lesson] = {}
    numbers: dict[int, Lesson] = {}
    for lesson in lessons:
        manifest = lesson.folder / "lesson.toml"
        if lesson.number in numbers:
            found.append(Problem(lesson.folder, f"has the number of {numbers[lesson.number].id}"))
        if lesson.id in earlier:
            found.append(Problem(manifest, f"'{lesson.id}' is another lesson's too", key="id"))
        found += [
            Problem(manifest, f"no earlier lesson is called '{slug}'", key="requires")
            for slug in lesson.requires
            if slug not in earlier
        ]
        earlier[lesson.id] = numbers[lesson.number] = lesson
    return found


def _checked(lesson: Lesson) -> list[Problem]:
    try:
        return check_functions(lesson)
    except LessonError as error:
        return [Problem(lesson.folder / "lesson.py", error.evidence or error.summary)]


def _placed(lesson: Lesson) -> Iterator[Problem]:
    placed = {
        (block.kind, name) for step in lesson.steps for block in step.blocks for name in block.names
    }
    wanted = [
        *(("trigger", trigger.id) for trigger in lesson.triggers),
        *(("experiment", experiment.id) for experiment in lesson.experiments),
        *(("exercise", exercise.id) for exercise in lesson.exercises),
        *(("gauges", gauge.id) for gauge in lesson.gauges),
    ]
    for kind, name in wanted:
        if (kind, name) not in placed:
            word = "gauge" if kind == "gauges" else kind
            yield Problem(
                lesson.folder / "lesson.md", f"the {word} '{name}' is nowhere in the text"
            )


def _code_fences(lesson: Lesson) -> Iterator[Problem]:
    text = lesson.folder / "lesson.md"
    names = (
        name
        for step in lesson.steps
        for block in step.blocks
        if block.kind == "code"
        for name in block.names
    )
    for name in names:
        try:
            find_fence(lesson.folder, name)
        except LessonError as error:
            message = f"{error.summary[0].lower()}{error.summary[1:]} {error.hint}".rstrip()
            yield Problem(text, message, line=fence_line(text, name))


def _unexpected(lesson: Lesson) -> Iterator[Problem]:
    for path in sorted(lesson.folder.iterdir()):
        if path.is_dir():
            expected = path.name == "exercises" or _is_ignored(path)
        else:
            expected = path.name in LESSON_FILES or path.suffix in LESSON_SUFFIXES
        if not expected:
            yield Problem(path, "is not part of a lesson")


def _is_ignored(path: Path) -> bool:
    return path.name in IGNORED or path.name.startswith(".")


def _exercise(exercise: Exercise) -> Iterator[Problem]:
    yield from check_prose(exercise.folder / "task.md")
    if exercise.solution.read_bytes() == exercise.starter.read_bytes():
        yield Problem(exercise.starter, "is the solution")
    if not exercise.mutants:
        yield Problem(exercise.folder, "there is no mutant: nothing shows what the tests catch")
    known = {exercise.solution, exercise.starter, *exercise.tests}
    for path in sorted(exercise.folder.iterdir()):
        if path not in known and not _belongs(path, exercise.solution.suffix):
            yield Problem(path, "is not part of an exercise")
    yield from _unloadable(exercise)
    try:
        yield from _tests(exercise)
        yield from check_rules(exercise)
    except LessonError as error:
        yield Problem(exercise.folder, error.evidence or error.summary)


def _unloadable(exercise: Exercise) -> Iterator[Problem]:
    """Answers in Python that do not even compile show nothing of the tests."""
    if exercise.solution.suffix != ".py":
        return
    kept = [(one.name, one.text) for one in exercise.mutants]
    kept += [(one.name, one.text) for one in (*exercise.rights, *exercise.cheats)]
    for name, text in kept:
        try:
            parse(text)
        except SyntaxError as error:
            yield Problem(exercise.folder, f"the answer '{name}' does not compile: {error}")


def _belongs(path: Path, suffix: str) -> bool:
    is_answer = path.name.startswith((PREFIX, RIGHT, CHEAT)) and path.suffix == suffix
    return path.name in EXERCISE_FILES or is_answer or _is_ignored(path)


def _tests(exercise: Exercise) -> Iterator[Problem]:
    tests = declared_tests(exercise.tests)
    if not tests:
        yield Problem(exercise.folder, "its test files define no test_ function")
    yield from points_problems(exercise.tests)
    for test in tests:
        if not test.title:
            yield Problem(test.file, f"{test.name} has no docstring", line=test.line)
        if not test.hints:
            yield Problem(test.file, f"{test.name} has no hint mark", line=test.line)
