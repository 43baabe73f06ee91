"""What an exercise's tests say of themselves: docstring, hints, points; read, never run."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.content.source import Function, Module
from course.model.points import NOTHING, odd_points, points_of
from course.model.problem import Problem


@dataclass(frozen=True, slots=True)
class DeclaredTest:
    """One test function, as its file has it."""

    file: Path
    name: str
    title: str  # its docstring
    hints: tuple[str, ...]
    line: int
    points: int = 1


def declared_tests(files: Iterable[Path]) -> tuple[DeclaredTest, ...]:
    """Every test of an exercise, in the order of the files; raises LessonError."""
    return tuple(
        DeclaredTest(
            file,
            function.name,
            ast.get_docstring(function) or "",
            tuple(_hints(function)),
            function.lineno,
            points_of(function),
        )
        for file in files
        for function in _tests(Module(file))
    )


def points_problems(files: Sequence[Path]) -> Iterator[Problem]:
    """What is wrong with the points that tests are worth; raises LessonError."""
    for file in files:
        for line, fault in odd_points(Module(file).tree):
            yield Problem(file, fault, line=line)
    tests = declared_tests(files)
    if tests and not any(test.points for test in tests):
        yield Problem(tests[0].file, NOTHING, line=tests[0].line)


def _tests(module: Module) -> Iterator[Function]:
    yield from (one for one in module.functions() if one.name.startswith("test_"))


def _hints(function: Function) -> Iterator[str]:
    """Texts of the `hint` marks, the mark nearest to the function last."""
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.hint":
            texts = (one.value for one in mark.args if isinstance(one, ast.Constant))
            yield from (text for text in texts if isinstance(text, str))
