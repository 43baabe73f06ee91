"""Loads a submission by its path and calls its functions."""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import suppress
from types import CoroutineType, ModuleType

from runner.failure import Failure, because_of, missing
from runner.lacking import KIND, first_lacking, words
from runner.values import NotCarried, encode

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SUBMISSION = "submission"
HARNESS = "harness"


def parse(entry: str) -> str:
    """Whether the file compiles, without running any of it."""
    import tokenize

    try:
        with tokenize.open(entry) as file:
            text = file.read()
        compile(text, entry, "exec", dont_inherit=True)
        lacking = first_lacking(text)
    except BaseException as error:  # noqa: BLE001  compiling hostile text may raise anything
        return because_of(error, "import", os.getcwd()).text()
    if lacking is not None:
        return Failure(KIND, words(lacking[0]), lacking[1]).text()
    return '"value": true'


class Loaded:
    """The submission's modules, or the failure to load them."""

    def __init__(self, folder: str, modules: list[ModuleType], failure: Failure | None) -> None:
        self._folder = folder
        self._modules = modules
        self._failure = failure

    def call(self, function: str, args: list[Any], kwargs: dict[str, Any]) -> str:
        """Run a function of the harness, else of the submission: `"value": …` or a failure."""
        if self._failure is not None:
            return self._failure.text()
        try:
            return f'"value": {encode(self._run(function, args, kwargs))}'
        except NotCarried as error:
            return Failure("output", str(error)).text()
        except BaseException as error:  # noqa: BLE001  whatever it raises is its own affair
            return because_of(error, "exception", self._folder).text()
        finally:
            _flush()

    def _run(self, function: str, args: list[Any], kwargs: dict[str, Any]) -> object:
        found = self._find(function)
        if found is None:
            raise missing(function)
        value = found(*args, **kwargs)
        if isinstance(value, CoroutineType):
            import asyncio

            return asyncio.run(value)
        return value

    def _find(self, function: str) -> Callable[..., object] | None:
        found = (getattr(module, function, None) for module in self._modules)
        return next((one for one in found if callable(one)), None)


def load(entry: str) -> Loaded:
    """Load the submission, then its harness; what they print is the learner's output."""
    folder = os.getcwd()
    sys.path.append(folder)
    modules: list[ModuleType] = []
    try:
        if entry.endswith(".py"):
            modules.insert(0, _load_file(SUBMISSION, os.path.join(folder, entry)))
        harness = os.path.join(folder, f"{HARNESS}.py")
        if os.path.isfile(harness):
            modules.insert(0, _load_file(HARNESS, harness))
    except BaseException as error:  # noqa: BLE001  importing runs the learner's code
        return Loaded(folder, modules, because_of(error, "import", folder))
    finally:
        _flush()
    return Loaded(folder, modules, None)


def _load_file(name: str, file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{os.path.basename(file)} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):  # the learner may have closed or replaced it
            stream.flush()
