"""The code behind a trigger, gauge, experiment or node: read from lesson.py, never run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.errors import LessonError
from course.model.nearest import did_you_mean
from course.model.syntax import parse

ENTRY = "lesson.py"
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of a lesson's code, as its file has it."""

    file: str
    text: str
    line: int  # the first, from 1


class Module:
    """One of a lesson's Python files, parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_bytes().decode()
            self.tree = parse(self.text)
        except (OSError, ValueError, SyntaxError, RecursionError) as error:
            raise LessonError(
                f"{path.name} of this lesson cannot be read.", evidence=f"{path}: {error}"
            ) from error

    def functions(self) -> Iterator[Function]:
        """Every function at the top of the file."""
        yield from (node for node in self.tree.body if isinstance(node, Function))

    def find(self, name: str) -> Definition | None:
        """A function, class or `Class.method`."""
        body: list[ast.stmt] = self.tree.body
        found: Definition | None = None
        for part in name.split("."):
            found = _named(body, part)
            if found is None:
                return None
            body = found.body
        return found

    def source(self, node: Definition) -> Source:
        """A definition with its decorators."""
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        lines = self.text.split("\n")[first - 1 : node.end_lineno]
        return Source(self.path.name, "\n".join(lines), first)

    def whole(self) -> Source:
        """All of it."""
        return Source(self.path.name, self.text, 1)


def find_source(folder: Path, name: str) -> Source:
    """The code behind a function, a node, or `file.py:function`; raises LessonError."""
    if ":" in name:
        return find_fence(folder, name)
    lesson = Module(folder / ENTRY)
    declared = lesson.find(name)
    if declared is not None:
        return lesson.source(declared)
    return _node(lesson, name) or _setup(lesson)


def find_fence(folder: Path, name: str) -> Source:
    """What a `code` fence names; raises LessonError."""
    file, _, function = name.partition(":")
    if Path(file).name != file or not (folder / file).is_file():
        near = did_you_mean(file, sorted(path.name for path in folder.iterdir()))
        raise LessonError(f"This lesson has no file '{file}'.", near)
    if not file.endswith(".py"):
        return Source(file, (folder / file).read_text(encoding="utf-8", errors="replace"), 1)
    module = Module(folder / file)
    found = module.find(function)
    if found is None:
        near = did_you_mean(function, [one.name for one in module.functions()])
        raise LessonError(f"There is no '{function}' in {file}.", near)
    return module.source(found)


def decorator_name(node: ast.expr) -> str:
    """`lab.trigger` of `@lab.trigger` or `@lab.trigger(…)`; empty for anything else."""
    called = node.func if isinstance(node, ast.Call) else node
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return f"{called.value.id}.{called.attr}"
    return called.id if isinstance(called, ast.Name) else ""


def _named(body: list[ast.stmt], name: str) -> Definition | None:
    for node in body:
        if isinstance(node, Definition) and node.name == name:
            return node
    return None


def _setup(lesson: Module) -> Source:
    for function in lesson.functions():
        if any(decorator_name(one) == "lab.setup" for one in function.decorator_list):
            return lesson.source(function)
    return lesson.whole()


def _node(lesson: Module, node: str) -> Source | None:
    """Told by `lab.source_of(node, function)`, else by the program that the node runs."""
    calls = [
        one for one in ast.walk(lesson.tree) if isinstance(one, ast.Call) and len(one.args) > 1
    ]
    for call in calls:
        if _is_lab(call, "source_of") and _fits(call.args[0], node):
            return _behind(lesson, call.args[1])
    for call in calls:
        if _is_lab(call, "process") and _fits(call.args[0], node):
            return _program(lesson, call.args[1])
    return None


def _is_lab(call: ast.Call, method: str) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == method


def _fits(argument: ast.expr, node: str) -> bool:
    """Whether a name as written, perhaps with holes as f"worker-{slot}", can be this node's."""
    if isinstance(argument, ast.Constant):
        return argument.value == node
    if not isinstance(argument, ast.JoinedStr):
        return False
    pattern = "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
        for part in argument.values
    )
    return re.fullmatch(pattern, node) is not None


def _behind(lesson: Module, function: ast.expr) -> Source | None:
    name = ast.unparse(function)
    found = lesson.find(name)
    if found is not None:
        return lesson.source(found)
    module, _, rest = name.partition(".")
    for file, imported in _imports(lesson, module):
        neighbour = lesson.path.parent / f"{file}.py"
        wanted = ".".join(filter(None, (imported, rest)))
        if neighbour.is_file():
            other = Module(neighbour)
            found = other.find(wanted)
            return other.source(found) if found is not None else other.whole()
    return None


def _imports(lesson: Module, name: str) -> Iterator[tuple[str, str]]:
    """The files that a name may come from, and what it is called there."""
    for node in ast.walk(lesson.tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names if (one.asname or one.name) == name)
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = (
                (node.module, one.name) for one in node.names if (one.asname or one.name) == name
            )
            yield from named


def _program(lesson: Module, argv: ast.expr) -> Source | None:
    for part in ast.walk(argv):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            file = lesson.path.parent / Path(part.value).name
            if part.value.endswith(".py") and file.is_file():
                return Module(file).whole()
    return None
