"""Cheats around a wrong answer in Python: a piece of text before it, or behind it."""

import ast
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from course.model.json import JSON
from course.model.lesson import Exercise
from course.model.syntax import parse
from course.runs.cheats.controls import control_bodies, control_paths
from course.runs.cheats.kinds import Base, Cheat, Inapplicable, Kind

TEXTS = Path(__file__).resolve().parent / "texts"
CLOCKS, RECORDS = ("slow", "sleepless"), ("forged", "replaced", "muted")
FIRST = {"clocks", "heal", "muted", "replaced"}  # must be there before the answer's own code


def python_cheats(
    exercise: Exercise, kind: Kind, chosen: Sequence[Base], table: dict[str, JSON] | None
) -> Iterator[Cheat | Inapplicable]:
    """Cheats of one kind over each base, or why there is none."""
    why = _inapplicable(exercise, kind, table)
    if why:
        yield Inapplicable(kind, f"does not apply: {why}")
        return
    ways = {"clocks": CLOCKS, "records": RECORDS}.get(kind, ("all",))
    for base in chosen:
        for way in ways:
            yield Cheat(kind, way, base.name, _text(exercise, kind, way, base, table))


def _inapplicable(exercise: Exercise, kind: Kind, table: dict[str, JSON] | None) -> str:
    if kind == "records" and exercise.harness is None:
        return "nothing of ours runs in its process, so there is no record in it"
    if kind == "table" and exercise.kind == "program":
        return "it is asked over ports by the rig, and counted there: no answer goes to a test"
    if kind == "table" and not table:
        return "a right answer's own answers are never asked for"
    if kind == "heal" and exercise.rig is None:
        return "it has no rig: nothing runs beside it"
    return ""


def _text(
    exercise: Exercise, kind: Kind, way: str, base: Base, table: dict[str, JSON] | None
) -> str:
    is_program = exercise.kind == "program"  # which runs to its end: nothing behind it would
    name = f"{kind}_{way}" if kind in ("clocks", "records") else kind
    if kind == "baseline":
        name = "baseline_requests" if is_program else "baseline_calls"
    filled: dict[str, JSON] = {}
    if kind == "table":
        filled = {"TABLE": table}
    elif kind == "heal":
        filled = {"CONTROLS": [list(control_paths(exercise)), control_bodies(exercise)]}
    elif kind == "detect":
        filled = {"WANTED": list(public_names(exercise.solution.read_text(encoding="utf-8")))}
    put = before if is_program or kind in FIRST or way in FIRST else behind
    return put(base.text, piece(name, **filled))


def piece(name: str, **filled: JSON) -> str:
    """A text of ours, with JSON in the places of these names."""
    text = (TEXTS / f"{name}.txt").read_text(encoding="utf-8")
    for place, value in filled.items():
        text = text.replace(f"_json.loads({place})", f"_json.loads({json.dumps(value)!r})")
    return text


def before(answer: str, text: str) -> str:
    """Put a text before an answer's own code, behind what must stand first in a file."""
    lines = answer.splitlines(keepends=True)
    at = _first_line(answer)
    return "".join([*lines[:at], "\n", text, "\n\n", *lines[at:]])


def behind(answer: str, text: str) -> str:
    """Put a text behind an answer."""
    return f"{answer.rstrip()}\n\n\n{text}"


def public_names(text: str) -> list[str]:
    """The functions and classes that an answer offers."""
    nodes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node.name for node in parse(text).body if isinstance(node, nodes)]
    return [name for name in found if not name.startswith("_")]


def _first_line(text: str) -> int:
    """How many lines the docstring and what comes from `__future__` take."""
    try:
        body = parse(text).body
    except SyntaxError:
        return 0
    end = 0
    for node in body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (is_text or is_future):
            break
        end = node.end_lineno or end
    return end
