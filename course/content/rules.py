"""rules.toml: what an exercise's task states, who breaks it, and which tests see that.

[at_most_so_often]
says = "at most `times` times"
tests = ["test_it_gives_up_with_the_last_error"]
mutants = ["one_too_many"]

[[background]]
says = "It runs in virtual time."
why = "how the tests run it"
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from course.content.declared_tests import declared_tests
from course.content.statements import line_of, places, statements
from course.content.toml import read_toml
from course.model.lesson import Exercise, Rule
from course.model.nearest import did_you_mean
from course.model.problem import Problem

TABLE = "rules.toml"
BACKGROUND = "background"
UNOBSERVED = "unobserved"
_NEEDED = {"says", "tests", "mutants"}
_ALLOWED = {*_NEEDED, "refused"}


class Rules:
    """A rules.toml as it was read.

    Args:
        path: The file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rules: tuple[Rule, ...] = ()
        self.background: tuple[str, ...] = ()
        self.unobserved = ""
        self.problems: list[Problem] = []
        self.is_there = path.is_file()
        if self.is_there:
            self._text = path.read_text(encoding="utf-8", errors="replace")
            self._read()

    def complain(self, message: str, key: str = "") -> Problem:
        """A problem at the line where a rule begins."""
        heading = re.search(rf"^\s*\[+\s*\"?{re.escape(key)}\"?\s*\]", self._text, re.MULTILINE)
        line = line_of(self._text, heading.end()) if key and heading else 1
        return Problem(self.path, message, line=line, key=key)

    def _read(self) -> None:
        entries = read_toml(self.path)
        if isinstance(entries, Problem):
            self.problems.append(entries)
            return
        self.unobserved = str(entries.pop(UNOBSERVED, ""))
        self._read_background(entries.pop(BACKGROUND, []))
        read = [self._rule(name, entry) for name, entry in entries.items()]
        self.rules = tuple(one for one in read if one is not None)

    def _read_background(self, entries: Any) -> None:  # noqa: ANN401  TOML
        wrong = not isinstance(entries, list)
        texts: list[str] = []
        for entry in [] if wrong else entries:
            says = _texts(entry.get("says")) if isinstance(entry, Mapping) else None
            wrong = wrong or not says or set(entry) != {"says", "why"}
            texts += says or []
        if wrong:
            self.problems.append(self.complain("[[background]] has `says` and `why`", BACKGROUND))
        self.background = tuple(texts)

    def _rule(self, name: str, entry: Any) -> Rule | None:  # noqa: ANN401  TOML
        if not isinstance(entry, Mapping) or not set(entry) >= _NEEDED or set(entry) - _ALLOWED:
            message = "a rule has `says`, `tests` and `mutants`, and may have `refused`"
            self.problems.append(self.complain(message, name))
            return None
        said = {key: _texts(entry[key]) for key in _NEEDED}
        for key, texts in said.items():
            if not texts:
                message = f"`{key}` is a text or a list of texts, at least one"
                self.problems.append(self.complain(message, name))
        says, tests, mutants = (tuple(said[key] or ()) for key in ("says", "tests", "mutants"))
        return Rule(name, says, tests, mutants, refused=entry.get("refused") is True)


def check_rules(exercise: Exercise) -> Iterator[Problem]:
    """What is wrong between a rules.toml and the task, the tests and the mutants beside it."""
    rules = Rules(exercise.folder / TABLE)
    if not rules.is_there:
        return
    tests = [test.name for test in declared_tests(exercise.tests)]
    mutants = [mutant.name for mutant in exercise.mutants]
    for rule in rules.rules:
        yield from (rules.complain(one, rule.id) for one in _unknown("test", rule.tests, tests))
        unknown = _unknown("mutant", rule.mutants, mutants)
        yield from (rules.complain(one, rule.id) for one in unknown)
    listed = {name for rule in rules.rules for name in rule.mutants}
    for name in mutants:
        if name not in listed:
            yield rules.complain(f"no rule lists the mutant '{name}'")
    yield from _said(exercise, rules)
    if not exercise.rights:
        yield Problem(exercise.folder, "there is no right_*: nothing shows what the tests allow")


def _unknown(word: str, named: Collection[str], known: Collection[str]) -> Iterator[str]:
    for name in named:
        if name not in known:
            yield f"there is no {word} '{name}'. {did_you_mean(name, sorted(known))}".rstrip()


def _said(exercise: Exercise, rules: Rules) -> Iterator[Problem]:
    """Texts that do not stand in the task, and statements of the task that nobody accounts for."""
    task = exercise.task
    covered: list[tuple[int, int]] = []
    said = [(rule.id, text) for rule in rules.rules for text in rule.says]
    for key, text in [*said, *((BACKGROUND, text) for text in rules.background)]:
        found = places(task, text)
        covered += found
        if not found:
            yield rules.complain(f"task.md does not say {_short(text)!r}", key)
    for one in statements(task):
        if not any(start < one.end and end > one.start for start, end in covered):
            message = f"no rule accounts for the {one.kind} {_short(task[one.start : one.end])!r}"
            yield Problem(exercise.folder / "task.md", message, line=line_of(task, one.start))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"  # noqa: PLR2004  fits a line


def _texts(value: Any) -> list[str] | None:  # noqa: ANN401  TOML
    """A text or a list of texts; None when it is neither."""
    listed = value if isinstance(value, list) else [value]
    return listed if all(isinstance(one, str) and one.strip() for one in listed) else None
