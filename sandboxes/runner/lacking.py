"""A module that this sandbox lacks: said for what it is, with what there is instead."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "lacking"
THIRD_PARTY = ("redis", "pymongo", "bullmq", "yaml")  # what submissions may want, where it is there


def lacked(error: BaseException, folder: str) -> str:
    """The sentence for an import that failed because nobody put the module here; else nothing."""
    name = getattr(error, "name", None)
    if not isinstance(error, ModuleNotFoundError) or type(name) is not str:
        return ""
    return words(name) if is_lacking(name, folder) else ""


def is_lacking(name: str, folder: str) -> bool:
    """Whether neither this Python, nor its packages, nor the submission have such a module."""
    top = name.partition(".")[0]
    if not top.isidentifier() or top in sys.stdlib_module_names or top in sys.modules:
        return False
    return PathFinder.find_spec(top, [folder, *sys.path]) is None


def words(name: str) -> str:
    """What this lab lacks, and what it has."""
    there = [one for one in THIRD_PARTY if PathFinder.find_spec(one) is not None]
    listed = ", ".join(["the standard library", *there])
    return f"This lab does not have {name.partition('.')[0][:80]}; it has: {listed}"


def wanted(code: str | bytes) -> Iterator[tuple[str, int]]:
    """The modules that a file imports as soon as it runs, whatever happens, with their lines."""
    import ast

    for node in ast.parse(code).body:
        if isinstance(node, ast.Import):
            yield from ((one.name, node.lineno) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module, node.lineno


def first_lacking(code: str | bytes) -> tuple[str, int] | None:
    """The first of these that is not here, and its line."""
    folder = os.getcwd()
    return next(((name, line) for name, line in wanted(code) if is_lacking(name, folder)), None)
