"""Holds the functions of lesson.py, by ast, to what lesson.toml declares."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course.content.source import ENTRY, Function, Module, decorator_name
from course.model.json import JSON
from course.model.lesson import Lesson, Trigger
from course.model.nearest import did_you_mean
from course.model.problem import Problem

KINDS = ("trigger", "gauge", "experiment")


@dataclass(frozen=True, slots=True)
class Default:
    """A parameter's default as written; `value` is None when it is not a plain constant."""

    is_there: bool
    is_constant: bool = False
    value: JSON = None


def check_functions(lesson: Lesson) -> list[Problem]:
    """Decorated functions equal the declared ones, and their parameters too; raises LessonError."""
    module = Module(lesson.folder / ENTRY)
    functions = {kind: list(_decorated(module, f"lab.{kind}")) for kind in KINDS}
    found = [problem for kind in KINDS for problem in _kind(lesson, module, kind, functions[kind])]
    if not any(_decorated(module, "lab.setup")):
        found.append(Problem(module.path, "there is no @lab.setup function"))
    by_name = {function.name: function for function in functions["trigger"]}
    for trigger in lesson.triggers:
        if trigger.id in by_name:
            found += _parameters(module, trigger, by_name[trigger.id])
    for function in (*functions["gauge"], *functions["experiment"]):
        if _arguments(function):
            message = f"'{function.name}' takes parameters, and nobody gives any"
            found.append(Problem(module.path, message, line=function.lineno))
    return found


def _decorated(module: Module, name: str) -> Iterator[Function]:
    for function in module.functions():
        if any(decorator_name(one) == name for one in function.decorator_list):
            yield function


def _kind(
    lesson: Lesson, module: Module, kind: str, functions: Sequence[Function]
) -> Iterator[Problem]:
    manifest = lesson.folder / "lesson.toml"
    declared = {
        "trigger": [one.id for one in lesson.triggers],
        "gauge": [one.id for one in lesson.gauges],
        "experiment": [one.id for one in lesson.experiments],
    }[kind]
    defined = [function.name for function in functions]
    for at, name in enumerate(declared):
        if name not in defined:
            near = did_you_mean(name, defined)
            message = f"lesson.py has no @lab.{kind} function '{name}'. {near}".rstrip()
            yield Problem(manifest, message, key=f"{kind}s[{at}].id")
    for function in functions:
        if function.name not in declared:
            near = did_you_mean(function.name, declared)
            message = f"lesson.toml declares no {kind} '{function.name}'. {near}".rstrip()
            yield Problem(module.path, message, line=function.lineno)
        if not ast.get_docstring(function):
            message = f"'{function.name}' has no docstring"
            yield Problem(module.path, message, line=function.lineno)


def _parameters(module: Module, trigger: Trigger, function: Function) -> Iterator[Problem]:
    written = _arguments(function)
    declared = {parameter.name: parameter.default for parameter in trigger.parameters}

    def problem(message: str) -> Problem:
        return Problem(module.path, f"'{trigger.id}' {message}", line=function.lineno)

    for name, default in written.items():
        if name not in declared:
            yield problem(f"takes '{name}', which lesson.toml does not declare")
        elif not default.is_there:
            yield problem(f"has no default for '{name}'")
        elif default.is_constant and not _same(default.value, declared[name]):
            yield problem(
                f"has {default.value!r} for '{name}', and lesson.toml says {declared[name]!r}"
            )
    for name in declared:
        if name not in written:
            near = did_you_mean(name, written)
            yield problem(f"takes no '{name}', which lesson.toml declares. {near}".rstrip())


def _same(left: JSON, right: JSON) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _arguments(function: Function) -> dict[str, Default]:
    takes = function.args
    positional = [*takes.posonlyargs, *takes.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(takes.defaults))
    named = zip(
        (*positional, *takes.kwonlyargs),
        (*defaults, *takes.defaults, *takes.kw_defaults),
        strict=True,
    )
    return {argument.arg: _default(value) for argument, value in named}


def _default(value: ast.expr | None) -> Default:
    if value is None:
        return Default(is_there=False)
    try:
        return Default(is_there=True, is_constant=True, value=ast.literal_eval(value))
    except ValueError:  # a name or a call: only running it would tell
        return Default(is_there=True)
