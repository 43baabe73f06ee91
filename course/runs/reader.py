"""Where a learner is in the text, and what they expect of its experiments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from course.content.naming import find_lesson
from course.errors import StorageError
from course.model.problem import Problem
from course.model.progress import LessonCard, Place, Prediction
from course.runs.cards import make_card, next_place
from course.storage.progress import ProgressStore

if TYPE_CHECKING:  # what `course list` must not wait for
    from course.model.lesson import Experiment, Lesson
    from course.runs.ports import Lessons


class Reader:
    """The reading half of Study: needs lessons and progress, and no sandbox.

    Args:
        lessons: What there is to read, and what cannot be read.
        store: Steps, predictions, attempts, hints.
    """

    def __init__(self, lessons: Lessons, store: ProgressStore) -> None:
        self._shelf = lessons
        self._store = store
        self._notices: list[str] = []  # of ours, beside those of the store
        self._told = 0  # of the store's

    def cards(self) -> Sequence[LessonCard]:
        """Every lesson with its state, in order."""
        read, done = self._store.lessons(), self._store.exercises()
        return [make_card(one, read.get(one.id), done) for one in self._shelf.lessons]

    def card(self, lesson: str) -> LessonCard:
        """One lesson by slug, number or unambiguous prefix."""
        found = self._lesson(lesson)
        return make_card(found, self._store.lessons().get(found.id), self._store.exercises())

    def whole(self, lesson: Lesson) -> Lesson:
        """A lesson of a card with all of its text."""
        return self._shelf.whole(lesson)

    def next(self) -> Place | None:
        """What to do next."""
        return next_place(self.cards(), self._store.lessons())

    def move(self, lesson: str, step: int) -> None:
        """Remember the step that is being read."""
        found = self._lesson(lesson)
        with self._remembering():
            self._store.move(found.id, step, is_last=step >= len(found.steps) - 1)

    def theme(self) -> str | None:
        """The theme that the learner chose."""
        with contextlib.suppress(StorageError):  # an older file that cannot be written to
            return self._store.theme()
        return None

    def choose_theme(self, name: str) -> None:
        """Remember a theme."""
        with self._remembering():
            self._store.choose_theme(name)

    def problems(self) -> Sequence[Problem]:
        """What is wrong with lessons that cannot be used."""
        return self._shelf.problems

    def notices(self) -> Sequence[str]:
        """What the learner should know; each is told once."""
        known = self._store.notices
        told = (*known[self._told :], *self._notices)
        self._told = len(known)
        self._notices.clear()
        return told

    def source(self, lesson: str, name: str) -> tuple[str, str, int]:
        """The code behind a trigger, gauge, experiment, node or `code` fence."""
        from course.content.source import find_source

        source = find_source(self._lesson(lesson).folder, name)
        return source.file, source.text, source.line

    def prediction(self, lesson: str, experiment: str) -> Prediction | None:
        """The last prediction for an experiment."""
        return self._store.prediction(f"{lesson}/{experiment}")

    def predict(self, lesson: str, experiment: Experiment, choice: str) -> None:
        """Remember what the learner expects."""
        with self._remembering():
            self._store.predict(f"{lesson}/{experiment.id}", choice)

    def settle(self, lesson: str, experiment: Experiment, observed: str) -> Prediction:
        """Remember what came true."""
        name = f"{lesson}/{experiment.id}"
        known = self._store.prediction(name)
        with self._remembering():
            self._store.settle(name, observed)
        return Prediction(name, known.choice if known else "", observed)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _lesson(self, name: str) -> Lesson:
        return find_lesson(self._shelf.lessons, name)

    @contextlib.contextmanager
    def _remembering(self) -> Iterator[None]:
        """What cannot be saved must not stop the learner: it becomes a notice, once."""
        try:
            yield
        except StorageError as error:
            if error.summary not in self._notices:
                self._notices.append(error.summary)
