"""Small files, short functions, and names that say what is inside."""

import ast
from pathlib import Path

from tests.house.source import ALL, CODE, name_of, python_files, tree_of

FILE_LINES = 300
FUNCTION_LINES = 40
CLASS_METHODS = 20
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
ALLOWED_NAMES = {"course/tui/screens/base.py"}  # the one screen that the others derive from

EXPORTING = {"sandboxes/lab/__init__.py"}  # lessons say `from lab import Lab`

# A lesson.py is a list: one short function for each trigger, gauge and experiment that lesson.toml
# declares. Splitting the list in two would part what a learner looks up together.
LESSON_LINES = 500

# What may be larger, and why.
ALLOWED_SIZES: dict[str, str] = {
    "tests/lessons/test_03_balancing.py": "one sequence of a real nginx after the other",
    "tests/lessons/test_06_replicas.py": "one replica set, started once, for all of it",
    "tests/lessons/test_08_cdn.py": "three real edges, started once, for all of it",
    "tests/lessons/test_09_queues.py": "one real Redis, started once, for all of it",
    "sandboxes/agent/commands.py:Commands": "what the wire asks: one method a command",
    "sandboxes/lab/process.py:Process": "what a lesson does to a program, one method an act",
    "sandboxes/mongo/replica/member.py:Member": "what a member is asked: one method a question",
    "lessons/07-autoscaling/exercises/desired/test_desired.py": "the rules, and what shows each",
    "lessons/02-clustering/cluster.py:Master": "a pre-fork master read from top to bottom",
    "lessons/03-balancing/system.py:System": "what the lesson's triggers ask, one method each",
    "lessons/06-replicas/system.py:System": "what the lesson's triggers ask, one method each",
    "course/runs/ports.py:Study": "all that a front end may ask, one method a question",
    "tests/tui/fakes.py:FakeStudy": "as many methods as the Protocol it stands for",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def most_lines(path: Path) -> int:
    """How long a file may be."""
    is_lesson = path.name == "lesson.py" and "exercises" not in path.parts
    return LESSON_LINES if is_lesson else FILE_LINES


def test_files_are_short():
    found = {
        name_of(path): lines
        for path in python_files(*ALL)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > most_lines(path)
    }
    assert found.keys() - ALLOWED_SIZES.keys() == set(), found


def test_functions_are_short():
    found = [
        f"{name_of(path)}:{node.lineno} {node.name}: {length(node)} lines"
        for path in python_files(*CODE, "bench", "lessons")
        for node in ast.walk(tree_of(path))
        if isinstance(node, Function) and length(node) > FUNCTION_LINES
    ]
    assert found == []


def test_classes_do_one_thing():
    found = [
        f"{name_of(path)}:{node.lineno} {node.name}: {methods(node)} methods"
        for path in python_files(*ALL)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and methods(node) > CLASS_METHODS
        if f"{name_of(path)}:{node.name}" not in ALLOWED_SIZES
    ]
    assert found == []


def test_every_exception_to_the_sizes_is_still_needed():
    for name in ALLOWED_SIZES:
        file, _, class_name = name.partition(":")
        assert any(name_of(path) == file for path in python_files(*ALL)), name
        assert not class_name or f"class {class_name}" in Path(file).read_text(encoding="utf-8")


def test_init_files_hold_a_docstring_and_nothing_else():
    found = [
        name_of(path)
        for path in python_files(*CODE, "bench")
        if path.name == "__init__.py" and not is_docstring_only(tree_of(path))
    ]
    assert set(found) <= EXPORTING


def test_names_say_what_is_inside():
    found = {
        name_of(path)
        for path in python_files(*ALL)
        if {path.stem.strip("_"), *path.parent.parts} & EMPTY_NAMES
    }
    assert found - ALLOWED_NAMES == set()


def length(node: Function) -> int:
    """Lines from the `def` to the end; a docstring is not counted, since it only helps."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None and isinstance(first, ast.Expr):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def methods(node: ast.ClassDef) -> int:
    """How many functions a class defines itself."""
    return sum(isinstance(child, Function) for child in node.body)


def is_docstring_only(tree: ast.Module) -> bool:
    """Tell whether a module is its docstring."""
    return len(tree.body) == 1 and ast.get_docstring(tree) is not None
