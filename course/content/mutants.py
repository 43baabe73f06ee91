"""Mutants: wrong solutions, as whole files or as changes to the right one.

`mutants.toml` says only what is wrong, so that a mutant stays a copy of the solution:

    [forgets_to_sort]
    why = "Returns users in the order in which shards answered."
    [[forgets_to_sort.change]]
    of = "users.sort(key=by_id)"
    to = "pass"
"""

import ast
from pathlib import Path
from typing import Any

from course.content.toml import read_toml
from course.model.lesson import Answer, Mutant
from course.model.problem import Problem
from course.model.syntax import parse

TABLE = "mutants.toml"
PREFIX = "mutant_"


def read_mutants(folder: Path, solution: Path) -> tuple[tuple[Mutant, ...], list[Problem]]:
    """Every mutant that can be made, and what is wrong with the others."""
    whole = [_whole(path) for path in sorted(folder.glob(f"{PREFIX}*"))]
    table = folder / TABLE
    if not table.is_file() or not solution.is_file():
        return tuple(whole), []
    entries = read_toml(table)
    if isinstance(entries, Problem):
        return tuple(whole), [entries]
    right = solution.read_text(encoding="utf-8", errors="replace")
    made = [_changed(table, name, entry, right) for name, entry in entries.items()]
    mutants = [one for one in made if isinstance(one, Mutant)]
    problems = [one for one in made if isinstance(one, Problem)]
    return (*whole, *mutants), problems


def read_answers(folder: Path, prefix: str, suffix: str) -> tuple[Answer, ...]:
    """The answers kept beside the solution under names like `right_loop.py`."""
    paths = sorted(folder.glob(f"{prefix}*{suffix}"))
    texts = [(path, path.read_text(encoding="utf-8", errors="replace")) for path in paths]
    return tuple(
        Answer(path.stem.removeprefix(prefix), _first_words(text), text) for path, text in texts
    )


def _whole(path: Path) -> Mutant:
    text = path.read_text(encoding="utf-8", errors="replace")
    return Mutant(path.stem.removeprefix(PREFIX), _first_words(text), text)


def _first_words(text: str) -> str:
    """The comment that a file starts with, or the docstring of a Python file."""
    first = text.partition("\n")[0]
    if first.startswith("#"):
        return first.lstrip("# ")
    try:
        return (ast.get_docstring(parse(text)) or "").partition("\n")[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # as the parser ends on them
        return ""


def _changed(table: Path, name: str, entry: Any, text: str) -> Mutant | Problem:  # noqa: ANN401  TOML
    """The solution with the entry's changes, each of which must fit in exactly one place."""
    if not isinstance(entry, dict) or set(entry) != {"why", "change"}:
        return Problem(table, "a mutant has `why` and one or more [[…change]]", key=name)
    for change in entry["change"] if isinstance(entry["change"], list) else [None]:
        if not isinstance(change, dict) or set(change) != {"of", "to"}:
            return Problem(table, "a change has `of` and `to`", key=name)
        if not all(isinstance(text, str) for text in change.values()):
            return Problem(table, "`of` and `to` of a change are texts", key=name)
        places = text.count(change["of"])
        if places != 1:
            found = f"{change['of'].strip()[:60]!r} stands in the solution {places} times, not once"
            return Problem(table, found, key=name)
        text = text.replace(change["of"], change["to"])
    return Mutant(name, str(entry["why"]), text)
