"""What tests are worth: whole points, declared in a way that can be read without running them."""

import ast
from collections.abc import Iterator
from typing import Final

MOST: Final = 1_000_000
MARK: Final = "points"
RULE: Final = f"`@pytest.mark.points(n)` takes one whole number from 0 to {MOST:,}"
NOTHING: Final = "no test of the exercise is worth anything"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def points_of(test: Function) -> int:
    """What a test is worth; 1 where nothing is said, or nothing that can be read."""
    marks = [one for one in test.decorator_list if _is_mark(one)]
    return next((number for one in marks if (number := _number(one)) is not None), 1)


def odd_points(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and fault of every mark for points that is none, or that stands where none belongs."""
    for test in tree.body:
        if isinstance(test, Function):
            yield from _odd_of(test)
    known = {
        id(mark)
        for test in tree.body
        if isinstance(test, Function)
        for one in test.decorator_list
        for mark in ast.walk(one)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _names_mark(node) and id(node) not in known:
            yield node.lineno, "points belong to a test function, as `@pytest.mark.points(n)`"


def _odd_of(test: Function) -> Iterator[tuple[int, str]]:
    marks = [one for one in test.decorator_list if any(map(_names_mark, ast.walk(one)))]
    for mark in marks:
        if not _is_mark(mark) or _number(mark) is None:
            yield mark.lineno, f"{test.name}: {RULE}"
    if len(marks) > 1:
        yield marks[1].lineno, f"{test.name} has points twice"


def _is_mark(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _names_mark(node.func)


def _names_mark(node: ast.AST) -> bool:
    """Whether it is `pytest.mark.points` or `mark.points`."""
    if not (isinstance(node, ast.Attribute) and node.attr == MARK):
        return False
    owner = node.value
    return (isinstance(owner, ast.Attribute) and owner.attr == "mark") or (
        isinstance(owner, ast.Name) and owner.id == "mark"
    )


def _number(mark: ast.expr) -> int | None:
    if not isinstance(mark, ast.Call) or len(mark.args) != 1 or mark.keywords:
        return None
    given = mark.args[0]
    if isinstance(given, ast.Constant) and type(given.value) is int and given.value <= MOST:
        return given.value  # a negative one is no constant but an operation on one
    return None
