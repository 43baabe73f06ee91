"""Steps, predictions, attempts and hints, under the slugs of their lessons."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from course.model.progress import Prediction
from course.storage.database import Database
from course.storage.lasting import Lasting

if TYPE_CHECKING:  # what `course list` must not wait for
    from course.model.verdict import Outcome, TestResult, Verdict

SCHEMA = (
    """
    CREATE TABLE lessons (
        lesson TEXT PRIMARY KEY, step INTEGER NOT NULL, finished INTEGER NOT NULL,
        moved TEXT NOT NULL, turn INTEGER NOT NULL
    );
    CREATE TABLE predictions (
        id INTEGER PRIMARY KEY, experiment TEXT NOT NULL, choice TEXT NOT NULL,
        made TEXT NOT NULL, observed TEXT, settled TEXT
    );
    CREATE INDEX predictions_by_experiment ON predictions (experiment);
    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY, exercise TEXT NOT NULL, outcome TEXT NOT NULL, why TEXT NOT NULL,
        tests TEXT NOT NULL, seconds REAL NOT NULL, sandbox TEXT NOT NULL, seed INTEGER NOT NULL,
        sha256 TEXT NOT NULL, made TEXT NOT NULL
    );
    CREATE INDEX attempts_by_exercise ON attempts (exercise);
    CREATE TABLE hints (
        id INTEGER PRIMARY KEY, exercise TEXT NOT NULL, hint TEXT NOT NULL, seen TEXT NOT NULL,
        UNIQUE (exercise, hint)
    );
    CREATE TABLE opened (exercise TEXT PRIMARY KEY, first TEXT NOT NULL)
    """,
    "CREATE TABLE look (theme TEXT NOT NULL)",
    """
    CREATE INDEX attempts_by_outcome ON attempts (exercise, outcome);
    DROP INDEX attempts_by_exercise
    """,
)
# From the index alone, in its order: a hundred thousand rows are counted without reading one.
TRIED = (
    "SELECT exercise, sum(outcome <> 'error'), max(outcome = 'passed') FROM attempts "
    "GROUP BY exercise"
)


class LessonProgress(NamedTuple):
    """How far a lesson's text was read."""

    step: int
    is_finished: bool
    turn: int  # larger is more recent


class ExerciseProgress(NamedTuple):
    """What was done about an exercise."""

    attempts: int = 0
    has_passed: bool = False
    is_opened: bool = False
    hints_seen: int = 0


class Attempt(NamedTuple):
    """One check of the learner's own file."""

    exercise: str
    outcome: "Outcome"
    why: str
    tests: "tuple[TestResult, ...]"
    seconds: float
    sandbox: str
    seed: int
    sha256: str  # of the submission
    made: str

    @property
    def verdict(self) -> "Verdict":
        """What the check found; what the code printed is not kept."""
        from course.model.verdict import Verdict

        return Verdict(
            self.exercise, self.outcome, self.why, self.tests,
            sandbox=self.sandbox, seed=self.seed, seconds=self.seconds,
        )  # fmt: skip


def now() -> str:
    """The time as it is stored."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class ProgressStore:
    """What the learner did: on disk, or in memory while that is not possible.

    Args:
        path: The database file.
        clock: Says what time it is.
    """

    def __init__(self, path: Path, *, clock: Callable[[], str] = now) -> None:
        self._lasting = Lasting(Database(path, SCHEMA))
        self._clock = clock

    @property
    def notices(self) -> tuple[str, ...]:
        """What the learner should know about the file: damage, a copy put back, not saved."""
        return self._lasting.notices

    def close(self) -> None:
        """Write what waits, and keep a good copy."""
        self._lasting.close()

    # -- the look

    def theme(self) -> str | None:
        """The theme that was chosen; None before the first choice."""
        rows = self._rows("SELECT theme FROM look")
        return rows[0][0] if rows else None

    def choose_theme(self, name: str) -> None:
        """Remember a theme in place of the one before."""

        def choose(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM look")
            connection.execute("INSERT INTO look VALUES (?)", (name,))

        self._lasting.write(choose)

    # -- lessons

    def lessons(self) -> Mapping[str, LessonProgress]:
        """Every lesson that was begun."""
        rows = self._rows("SELECT lesson, step, finished, turn FROM lessons")
        return {row[0]: LessonProgress(row[1], bool(row[2]), row[3]) for row in rows}

    def move(self, lesson: str, step: int, *, is_last: bool) -> None:
        """Remember the step that is read; a finished text stays finished."""
        self._put(
            "INSERT INTO lessons SELECT ?1, ?2, ?3, ?4, 1 + coalesce(max(turn), 0) "
            "FROM lessons WHERE true "
            "ON CONFLICT (lesson) DO UPDATE SET step = excluded.step, turn = excluded.turn, "
            "finished = max(finished, excluded.finished), moved = excluded.moved",
            lesson, step, is_last, self._clock(),
        )  # fmt: skip

    # -- predictions

    def prediction(self, experiment: str) -> Prediction | None:
        """The last one for an experiment."""
        row = self._lasting.read(lambda connection: _last_prediction(connection, experiment))
        return Prediction(experiment, row[1], row[2]) if row else None

    def predictions(self) -> tuple[Prediction, ...]:
        """All of them, oldest first."""
        rows = self._rows("SELECT experiment, choice, observed FROM predictions ORDER BY id")
        return tuple(Prediction(*row) for row in rows)

    def predict(self, experiment: str, choice: str) -> None:
        """Remember what the learner expects."""
        self._put(
            "INSERT INTO predictions (experiment, choice, made) VALUES (?, ?, ?)",
            experiment, choice, self._clock(),
        )  # fmt: skip

    def settle(self, experiment: str, observed: str) -> Prediction:
        """Remember what came true; a prediction that was settled before stands as it was."""
        settled = self._clock()

        def settle(connection: sqlite3.Connection) -> str:
            row = _last_prediction(connection, experiment)
            if row and row[2] is None:
                connection.execute(
                    "UPDATE predictions SET observed = ?, settled = ? WHERE id = ?",
                    (observed, settled, row[0]),
                )
            return row[1] if row else ""

        return Prediction(experiment, self._lasting.write(settle), observed)

    # -- exercises

    def exercises(self) -> Mapping[str, ExerciseProgress]:
        """Every exercise that was opened, checked or asked a hint of."""
        tried = {name: (count, bool(passed)) for name, count, passed in self._rows(TRIED)}
        opened = {name for (name,) in self._rows("SELECT exercise FROM opened")}
        hints = dict(self._rows("SELECT exercise, count(*) FROM hints GROUP BY exercise"))
        return {
            name: ExerciseProgress(*tried.get(name, (0, False)), name in opened, hints.get(name, 0))
            for name in tried.keys() | opened | hints.keys()
        }

    def open(self, exercise: str) -> None:
        """Remember that the learner has the file."""
        self._put("INSERT OR IGNORE INTO opened VALUES (?, ?)", exercise, self._clock())

    def add_attempt(self, verdict: "Verdict", sha256: str) -> None:
        """Remember a check."""
        from dataclasses import asdict

        tests = json.dumps([asdict(test) for test in verdict.tests])
        self._put(
            "INSERT INTO attempts (exercise, outcome, why, tests, seconds, sandbox, seed, "
            "sha256, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            verdict.exercise, verdict.outcome, verdict.why, tests, verdict.seconds,
            verdict.sandbox, verdict.seed, sha256, self._clock(),
        )  # fmt: skip

    def last_attempt(self, exercise: str) -> Attempt | None:
        """The last check of an exercise that could be judged."""
        rows = self._rows(
            "SELECT exercise, outcome, why, tests, seconds, sandbox, seed, sha256, made "
            "FROM attempts WHERE exercise = ? AND outcome <> 'error' ORDER BY id DESC LIMIT 1",
            exercise,
        )
        if not rows:
            return None
        name, outcome, why, tests, *rest = rows[0]
        return Attempt(name, outcome, why, _tests(tests), *rest)

    # -- hints

    def hints_seen(self, exercise: str) -> tuple[str, ...]:
        """The hints that were uncovered, in the order they were."""
        rows = self._rows("SELECT hint FROM hints WHERE exercise = ? ORDER BY id", exercise)
        return tuple(row[0] for row in rows)

    def see_hint(self, exercise: str, hint: str) -> None:
        """Remember that a hint was uncovered."""
        self._put(
            "INSERT OR IGNORE INTO hints (exercise, hint, seen) VALUES (?, ?, ?)",
            exercise, hint, self._clock(),
        )  # fmt: skip

    def _rows(self, question: str, *values: object) -> list[Any]:
        return self._lasting.read(
            lambda connection: connection.execute(question, values).fetchall()
        )

    def _put(self, statement: str, *values: object) -> None:
        self._lasting.write(lambda connection: connection.execute(statement, values).close())


def _last_prediction(
    connection: sqlite3.Connection, experiment: str
) -> tuple[int, str, str | None] | None:
    row: tuple[int, str, str | None] | None = connection.execute(
        "SELECT id, choice, observed FROM predictions WHERE experiment = ? "
        "ORDER BY id DESC LIMIT 1",
        (experiment,),
    ).fetchone()
    return row


def _tests(stored: str) -> "tuple[TestResult, ...]":
    from course.model.verdict import TestResult

    with contextlib.suppress(ValueError, TypeError):  # of another version: the outcome still counts
        kept: Iterable[dict[str, str]] = json.loads(stored)
        return tuple(TestResult(**test) for test in kept)  # type: ignore[arg-type]  # as asdict wrote it
    return ()
