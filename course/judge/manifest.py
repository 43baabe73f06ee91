"""Which tests there are, read without running anything."""

import ast
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.model.json import Fields
from course.model.points import NOTHING, odd_points, points_of
from course.model.syntax import parse


@dataclass(frozen=True, slots=True)
class Declared:
    """A test function as it stands in its file."""

    name: str
    title: str
    hint: str = ""
    points: int = 1
    line: int = 1


def declared_tests(files: tuple[Path, ...]) -> dict[str, Declared]:
    """Every test function by name; raises SyntaxError or OSError for a file that is broken."""
    found: dict[str, Declared] = {}
    for file in files:
        tree = parse(file.read_bytes(), file.name)
        for line, fault in odd_points(tree):
            raise SyntaxError(f"{file.name}:{line}: {fault}")
        for test in _tests(tree):
            if test.name in found:
                raise SyntaxError(f"{file.name}: {test.name} is there twice")
            found[test.name] = test
    if found and not any(test.points for test in found.values()):
        raise SyntaxError(f"{files[0].name}:{next(iter(found.values())).line}: {NOTHING}")
    return found


def stamp(work: Fields, files: tuple[Path, ...]) -> str:
    """What changes with these tests, with how they are run, and with anything beside them."""
    digest = hashlib.sha256(json.dumps(work, sort_keys=True).encode())
    for file in files:
        content = file.read_bytes()
        digest.update(f"{len(content)}\n".encode() + content)
    for folder in sorted({file.parent for file in files}):
        for entry in sorted(os.scandir(folder), key=lambda one: one.name):
            known = entry.stat()
            digest.update(f"{entry.name}\0{known.st_size}\0{known.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _tests(tree: ast.Module) -> Iterator[Declared]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            title = " ".join((ast.get_docstring(node) or node.name).split())
            hint = _mark(node, "hint")
            yield Declared(
                node.name,
                title,
                hint if isinstance(hint, str) else "",
                points_of(node),
                node.lineno,
            )


def _mark(node: ast.FunctionDef, name: str) -> object:
    """The literal argument of `@pytest.mark.<name>(…)`."""
    for decorator in node.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Attribute)
            and decorator.func.attr == name
            and decorator.args
        ):
            try:
                return ast.literal_eval(decorator.args[0])
            except ValueError:
                return None
    return None
