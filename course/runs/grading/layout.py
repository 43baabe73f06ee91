"""Which of a learner's files answer which exercise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from course.model.lesson import Exercise
from course.runs.grading.folders import Files


@dataclass(frozen=True, slots=True)
class Scope:
    """The exercises that are graded, and the folder names of their lessons.

    Args:
        exercises: In the order of the course.
        folders: From a lesson's id to every name its folder may have in a submission.
    """

    exercises: tuple[Exercise, ...]
    folders: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether there is only one exercise, so that any single file must be meant for it."""
        return len(self.exercises) == 1

    def names(self, exercise: Exercise) -> tuple[str, ...]:
        """What the folder of the exercise's lesson may be called."""
        return dict(self.folders).get(exercise.lesson, (exercise.lesson,))


def answers(files: Files, exercise: Exercise, scope: Scope) -> Files:
    """The files for an exercise, its own file at the top; empty when it was not answered."""
    entry = _entry(list(files), exercise, scope)
    if entry is None:
        return {}
    root = PurePosixPath(entry).parent
    taken = {
        PurePosixPath(name).relative_to(root).as_posix(): content
        for name, content in files.items()
        if PurePosixPath(name).is_relative_to(root)
    }
    given = PurePosixPath(entry).name
    if given != exercise.file:
        taken[exercise.file] = taken.pop(given)
    return _without_others(taken, exercise, scope)


def _entry(names: Sequence[str], exercise: Exercise, scope: Scope) -> str | None:
    """The learner's version of the exercise's file."""
    for folder in _places(exercise, scope):
        exact = [name for name in names if _ends(name, f"{folder}{exercise.file}")]
        if exact:
            return _shallowest(exact)
    if _is_shared(exercise, scope):
        return None
    named = [name for name in names if PurePosixPath(name).name == exercise.file]
    if named:
        return _shallowest(named)
    if scope.is_single and len(names) == 1 and _same_kind(names[0], exercise.file):
        return names[0]
    return None


def _places(exercise: Exercise, scope: Scope) -> Iterable[str]:
    yield from (f"{lesson}/{exercise.id}/" for lesson in scope.names(exercise))
    yield f"{exercise.id}/"


def _is_shared(exercise: Exercise, scope: Scope) -> bool:
    """Whether several exercises have a file of this name, so that the name alone says nothing."""
    return sum(one.file == exercise.file for one in scope.exercises) > 1


def _ends(name: str, ending: str) -> bool:
    return name == ending or name.endswith(f"/{ending}")


def _shallowest(names: Sequence[str]) -> str:
    return min(names, key=lambda name: (name.count("/"), name))


def _same_kind(name: str, file: str) -> bool:
    return PurePosixPath(name).suffix == PurePosixPath(file).suffix


def _without_others(files: Files, exercise: Exercise, scope: Scope) -> Files:
    """In a flat folder the answers to other exercises lie beside this one; leave them out."""
    others = {one.file for one in scope.exercises} - {exercise.file}
    lessons = {name for _, names in scope.folders for name in names}
    ids = {one.id for one in scope.exercises}
    return {
        name: content
        for name, content in files.items()
        if name not in others and PurePosixPath(name).parts[0] not in lessons | ids
    }
