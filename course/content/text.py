"""lesson.md: steps and blocks, every live fence held to what lesson.toml declares."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from course.content.arguments import split_words, typed
from course.content.manifest import Manifest
from course.errors import UsageError
from course.model.json import JSON
from course.model.lesson import Block, BlockKind, Step
from course.model.nearest import did_you_mean
from course.model.problem import Problem

LIVE = ("trigger", "gauges", "experiment", "exercise", "code")
_FENCE = re.compile(r" {0,3}(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_HEADING = re.compile(r"(?P<level>#{1,2})(?:[ \t]+(?P<title>.*?)(?:[ \t]+#+)?)?[ \t]*$")


@dataclass(slots=True)
class Fence:
    """A live fence as written: where it opens, and what stands in it."""

    kind: BlockKind
    line: int
    body: list[str] = field(default_factory=list)


def read_steps(path: Path, manifest: Manifest) -> tuple[tuple[Step, ...], list[Problem]]:
    """The steps of a lesson's text, and everything that is wrong with it."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return (), [Problem(path, "is missing")]
    except OSError as error:
        return (), [Problem(path, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError:
        return (), [Problem(path, "is not UTF-8 text")]
    reader = _Reader(path, manifest)
    return reader.read(text), reader.problems


class _Reader:
    """Goes through the lines once: inside a fence, or between fences."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._manifest = manifest
        self._steps: list[Step] = []
        self._title = manifest.title  # of an introduction before the first `##`
        self._step_line = 0
        self._blocks: list[Block] = []
        self._text: list[str] = []
        self._titles = 0

    def read(self, text: str) -> tuple[Step, ...]:
        """All steps."""
        closing: re.Pattern[str] | None = None
        fence: Fence | None = None
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
            if closing is None:
                opened = _FENCE.match(line)
                if opened is None:
                    self._line(number, line)
                    continue
                closing = _closing(opened["ticks"])
                fence = self._open(number, opened["info"].strip())
                if fence is None:
                    self._text.append(line)
            elif closing.match(line):
                closing = None
                self._close(fence, line)
            else:
                (fence.body if fence else self._text).append(line)
        if closing is not None:
            self._complain(fence.line if fence else number, "a fence is never closed")
        self._finish()
        return tuple(self._steps)

    def _line(self, number: int, line: str) -> None:
        heading = _HEADING.match(line)
        if heading is None:
            self._text.append(line)
        elif heading["level"] == "#":
            self._titles += 1
            if self._titles > 1:
                self._complain(number, "a second '# ' heading: steps start with '## '")
        else:
            self._flush_step()
            self._title, self._step_line = heading["title"] or "", number
            if not self._title:
                self._complain(number, "a step without a title")

    def _open(self, number: int, info: str) -> Fence | None:
        name = info.split(maxsplit=1)[0] if info else ""
        if name not in LIVE:
            return None
        self._flush_text()
        return Fence(cast("BlockKind", name), number)

    def _close(self, fence: Fence | None, line: str) -> None:
        if fence is None:
            self._text.append(line)
        else:
            self._blocks += self._live(fence)

    def _live(self, fence: Fence) -> Iterable[Block]:
        lines = [
            (fence.line + at, line.strip())
            for at, line in enumerate(fence.body, start=1)
            if line.strip()
        ]
        if not lines:
            self._complain(fence.line, f"an empty {fence.kind} fence")
            return
        if fence.kind == "gauges":
            names = tuple(name for at, name in lines if self._is_declared("gauge", at, name))
            yield Block("gauges", "\n".join(fence.body), names)
            return
        make: dict[BlockKind, Callable[[int, str], Block | None]] = {
            "trigger": self._trigger,
            "experiment": lambda at, name: self._named("experiment", at, name),
            "exercise": lambda at, name: self._named("exercise", at, name),
            "code": self._code,
        }
        for at, line in lines:
            block = make[fence.kind](at, line)
            if block is not None:
                yield block

    def _trigger(self, at: int, line: str) -> Block | None:
        name, _, rest = line.partition(" ")
        trigger = self._manifest.trigger(name)
        if trigger is None:
            self._is_declared("trigger", at, name)
            return None
        try:
            arguments = typed(trigger, split_words(rest))
        except UsageError as error:
            self._complain(at, f"{error.summary} {error.hint}".rstrip())
            arguments = {}
        return Block(
            "trigger", line, (name,), cast("tuple[tuple[str, JSON], ...]", tuple(arguments.items()))
        )

    def _named(self, kind: BlockKind, at: int, name: str) -> Block | None:
        return Block(kind, name, (name,)) if self._is_declared(kind, at, name) else None

    def _code(self, at: int, line: str) -> Block | None:
        file, colon, name = line.partition(":")
        if not (colon and name) or Path(file).name != file:
            self._complain(at, f"'{line}' is not FILE:FUNCTION, as lesson.py:crash")
            return None
        return Block("code", line, (line,))

    def _is_declared(self, kind: str, at: int, name: str) -> bool:
        known = {
            "trigger": [trigger.id for trigger in self._manifest.triggers],
            "gauge": [gauge.id for gauge in self._manifest.gauges],
            "experiment": [experiment.id for experiment in self._manifest.experiments],
            "exercise": [exercise.id for exercise in self._manifest.exercises],
        }[kind]
        if name in known:
            return True
        self._complain(at, f"there is no {kind} '{name}'. {did_you_mean(name, known)}".rstrip())
        return False

    def _flush_text(self) -> None:
        text = "\n".join(self._text).strip("\n")
        self._text.clear()
        if text.strip():
            self._blocks.append(Block("text", text))

    def _flush_step(self) -> None:
        self._flush_text()
        if self._blocks:
            self._steps.append(Step(self._title, tuple(self._blocks)))
            self._blocks.clear()
        elif self._step_line:
            self._complain(self._step_line, f"nothing stands under '{self._title}'")

    def _finish(self) -> None:
        self._flush_step()
        if not self._titles:
            self._complain(1, "the first line should be '# ' and the lesson's title")
        if not self._steps:
            self._complain(1, "there is no step: a '## ' heading with something under it")

    def _complain(self, line: int, message: str) -> None:
        self.problems.append(Problem(self._path, message, line=line))


def _closing(ticks: str) -> re.Pattern[str]:
    return re.compile(rf" {{0,3}}{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*$")


def fence_line(path: Path, body: str) -> int:
    """The line of lesson.md that says exactly this; 0 when none does."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((at for at, line in enumerate(lines, start=1) if line.strip() == body), 0)
