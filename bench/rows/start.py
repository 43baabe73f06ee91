"""What it costs until a command has answered, beside a Python that does nothing."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._cost import COURSE, fresh, pass_, processor
from bench._row import Row

COMMANDS = (("--version",), ("list",), ("next",), ("read", "clustering"))
WANTED = 5.0
MORE = 1.5  # times, where there is much more of something
MANY = 100_000
LESSON = """format = 1
id = "lesson-{number}"
title = "Lesson {number} of many"
summary = "One of many."
objectives = ["To be one of many."]
minutes = 10
"""
TEXT = "# Lesson\n\n## One step\n\nSomething to read.\n\n## Another step\n\nSomething more.\n"


def rows(stack: ExitStack) -> Iterable[Row]:
    """As they are typed; bytecode, progress and the index are there."""
    home = Path(stack.enter_context(TemporaryDirectory()))
    for words in COMMANDS:
        yield Row(
            what=f"course {words[0]}", wanted=WANTED, ours=warm(home, *words), against=pass_,
            baseline="python -c pass", rounds=21, is_kept=True,
        )  # fmt: skip
    yield from large(home)


def large(home: Path) -> Iterator[Row]:
    """The same list where there is much of something."""
    few, many = (lessons(home / str(number), number) for number in (10, 500))
    yield Row(
        what="list of 500 lessons", wanted=MORE, ours=warm(home, "--course", many, "list"),
        against=warm(home, "--course", few, "list"), baseline="of ten", is_kept=True,
    )  # fmt: skip
    begun = home / "begun"
    warm(begun, "list")
    attempts(next(begun.rglob("progress.db")))
    yield Row(
        what="list with 100,000 attempts", wanted=MORE, ours=warm(begun, "list"),
        against=warm(home, "list"), baseline="with none", is_kept=True,
    )  # fmt: skip


def warm(home: Path, *words: str) -> partial[float]:
    """A command that ran twice before: the first time made what is kept."""
    once = partial(processor, [*COURSE, *words], fresh(str(home)))
    once()
    once()
    return once


def lessons(folder: Path, many: int) -> str:
    """A course of so many small lessons."""
    for number in range(1, many + 1):
        lesson = folder / f"{number:02}-lesson-{number}"
        lesson.mkdir(parents=True)
        (lesson / "lesson.toml").write_text(LESSON.format(number=number), encoding="utf-8")
        (lesson / "lesson.md").write_text(TEXT, encoding="utf-8")
    return str(folder)


def attempts(file: Path) -> None:
    """Checks of some years."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany(
            "INSERT INTO attempts (exercise, outcome, why, tests, seconds, sandbox, seed, sha256, "
            "made) VALUES (?, 'failed', 'no', '[]', 1, 'docker', 1, '', '2026-01-01')",
            ((f"lesson/{number % 26}",) for number in range(MANY)),
        )
