"""Loads a lesson's code and drives its lab."""

import contextlib
import importlib.util
import io
import itertools
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.files import write
from lab.core import Lab
from lab.errors import LabError, ServerMissing, SubmissionFault
from lab.learner import Learner
from lab.registry import Observed
from runner.values import NotCarried, encode


class LessonFault(Exception):
    """Lesson code is at fault; `where` is its file and line."""

    def __init__(self, kind: str, message: str, where: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.where = where


class Lesson:
    """One lesson (or rig) that is loaded and open.

    Args:
        files: Its folder's files.
        entry: The file that holds `lab = Lab()`.
    """

    def __init__(self, files: dict[str, bytes], entry: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lesson-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name).resolve()
        self.folder.chmod(0o755)
        write(self.folder, files)
        self._calls = itertools.count(1)
        self.lab: Lab = self._guarded(lambda: _load(self.folder / entry))

    def open(
        self,
        sink: Callable[[dict[str, Any]], None],
        *,
        isolation: str,
        seed: int,
        started: dict[str, Any],
        learner: Learner | None,
    ) -> dict[str, Any]:
        """Start it; the names of what it declares."""
        sys.stdout = Printed(self.lab)
        self._guarded(
            lambda: self.lab.open(
                sink, self.folder, isolation=isolation, seed=seed, started=started, learner=learner
            )
        )
        return {
            "triggers": list(self.lab.triggers),
            "gauges": list(self.lab.gauges),
            "experiments": list(self.lab.experiments),
        }

    def fire(self, name: str, params: dict[str, Any]) -> Any:
        """Call a trigger; what it returned."""
        trigger = self._guarded(lambda: self.lab.find(self.lab.triggers, name, "trigger"))
        call, started = next(self._calls), time.monotonic()
        self.lab.tell("trigger_fired", trigger=name, call=call, params=params)
        value, error = None, ""
        try:
            value = self._guarded(lambda: self._carried(trigger(**params)))
        except LessonFault as fault:
            error = f"{fault} ({fault.where})"
            raise
        finally:
            self.lab.tell(
                "trigger_done", trigger=name, call=call, value=value, error=error,
                seconds=round(time.monotonic() - started, 4),
            )  # fmt: skip
        return value

    def observe(self, name: str) -> dict[str, Any]:
        """Run an experiment: the choice that came true, and the facts."""
        experiment = self._guarded(lambda: self.lab.find(self.lab.experiments, name, "experiment"))
        seen: Observed = self._guarded(lambda: _json_facts(experiment()))
        self.lab.tell("experiment_done", experiment=name, choice=seen.choice, facts=seen.facts)
        return {"choice": seen.choice, "facts": seen.facts}

    @property
    def published(self) -> dict[str, Any]:
        """What a rig published for harness and program."""
        return self.lab.opened.published

    @property
    def foreign(self) -> list[int]:
        """Ports of the lab's servers where somebody else listens."""
        return self.lab.opened.children.foreign

    @property
    def spent(self) -> float:
        """Processor seconds of the servers that run with a file of the learner's."""
        return self.lab.opened.children.spent

    def note(self, words: str) -> None:
        """Something went wrong in the background."""
        with contextlib.suppress(LabError):  # it is not open yet, or not any more
            self.lab.note(words, tone="bad")

    def close(self, reason: str) -> None:
        """End the lab and erase its files."""
        self.lab.close(reason)
        self._folder.cleanup()

    def _guarded(self, act: Callable[[], Any]) -> Any:
        """Run lesson code; whatever it raises becomes a LessonFault."""
        try:
            return act()
        except SubmissionFault as error:
            words = str(error) or "it does not work, and nothing says why"
            raise LessonFault("submission", words, "") from error
        except ServerMissing as error:
            raise LessonFault("server", str(error), "") from error
        except LabError as error:
            raise self._blamed(error, str(error)) from error
        except BaseException as error:
            raise self._blamed(error, f"{type(error).__name__}: {error}") from error

    def _blamed(self, error: BaseException, message: str) -> LessonFault:
        """The lesson's fault, unless the submission has made its servers unusable."""
        lab: Lab | None = vars(self).get("lab")  # none yet while it is loaded
        complaint = lab.complaint() if lab is not None else ""
        if complaint:
            return LessonFault("submission", f"{complaint}: {message}", "")
        return LessonFault("lesson", message, self._where(error))

    def _carried(self, value: Any) -> Any:
        """What a trigger returned, as it can cross the wire and reach a test.

        A rig's value is what came out of the learner's system, so its excess is the learner's.
        """
        try:
            return json.loads(encode(json.loads(json.dumps(value))))
        except (NotCarried, ValueError, RecursionError) as error:
            if self.lab.opened.learner is None:
                raise LabError(str(error)) from error
            raise SubmissionFault(f"what came back cannot be judged: {error}") from error

    def _where(self, error: BaseException) -> str:
        frames = traceback.extract_tb(error.__traceback__)
        own = [f for f in frames if f.filename.startswith(str(self.folder))]
        if isinstance(error, SyntaxError) and error.filename:
            return f"{Path(error.filename).name}:{error.lineno}"
        return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""


class Printed(io.TextIOBase):
    """Where a lesson's `print` goes: the event list."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def write(self, text: str) -> int:
        """Each line that is not empty becomes a log event."""
        for line in text.splitlines():
            if line.strip():
                self._lab.tell("log", node="lesson", text=line[:2000])
        return len(text)


def _json(value: Any) -> Any:
    """The value as it will cross the wire; raises for what is no JSON."""
    return json.loads(json.dumps(value, allow_nan=False))


def _json_facts(seen: Observed) -> Observed:
    return Observed(seen.choice, _json(seen.facts))


def _load(path: Path) -> Lab:
    """Import a file and find the Lab in it."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise LabError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    found = [value for value in vars(module).values() if isinstance(value, Lab)]
    if not found:
        raise LabError(f"{path.name} has no `lab = Lab()`")
    return found[0]
