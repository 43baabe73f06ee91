"""What went wrong in the learner's code, in the learner's terms."""

from __future__ import annotations

import json
import os

from runner.lacking import KIND, lacked

TYPE_CHECKING = False  # importing `collections.abc` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_MESSAGE = 2_000
MOST_FRAMES = 8
DEEPEST = 200  # frames looked at, from the inside out
LONGEST_LINE = 160


class Failure:
    """A result that is not a value."""

    def __init__(
        self, kind: str, message: str, line: int | None = None, trace: tuple[str, ...] = ()
    ) -> None:
        self.kind = kind
        self.message = message
        self.line = line
        self.trace = trace

    def text(self) -> str:
        """As the inside of an answer's JSON object."""
        fields = {
            "kind": self.kind,
            "message": _sendable(self.message[:LONGEST_MESSAGE]),
            "line": self.line if type(self.line) is int else None,  # a forged SyntaxError's
            "trace": [_sendable(frame) for frame in self.trace],
        }
        return f'"failure": {json.dumps(fields)}'


def _sendable(text: str) -> str:
    """Without lone surrogates."""
    return text.encode(errors="backslashreplace").decode()


class Missing(Exception):
    """There is no such function."""


def missing(function: str) -> Missing:
    """The error for a name that neither harness nor submission defines."""
    return Missing(f"there is no function {function!r} in the submission")


def because_of(error: BaseException, kind: str, folder: str) -> Failure:
    """Put an exception into words; `kind` is what it is unless it says more itself."""
    lines, trace = _where(error, folder)
    line = lines[-1] if lines else None
    if isinstance(error, Missing):
        return Failure("missing", str(error))
    if isinstance(error, SyntaxError) and kind == "import" and _is_own(error.filename, folder):
        return Failure("import", _told(error, lambda: str(error.msg)), error.lineno, trace)
    if lacking := lacked(error, folder):
        return Failure(KIND, lacking, line, trace)
    if isinstance(error, MemoryError):
        return Failure("memory", "it needed more memory than there is", line, trace)
    if isinstance(error, SystemExit):
        return Failure("exit", f"it asked to exit: {_words(error)}", line, trace)
    return Failure(kind, _words(error), line, trace)


def _words(error: BaseException) -> str:
    return _told(error, lambda: str(error))


def _told(error: BaseException, say: Callable[[], str]) -> str:
    name = type(error).__name__[:LONGEST_LINE]
    try:
        text = say()
    except BaseException:  # noqa: BLE001  __str__ is the learner's code, too
        text = "(its text cannot be read)"
    return f"{name}: {text}"[:LONGEST_MESSAGE] if text else name


def _where(error: BaseException, folder: str) -> tuple[list[int], tuple[str, ...]]:
    """The lines of the learner's own frames, outermost first; nobody else's."""
    lines: list[int] = []
    trace: list[str] = []
    try:
        import traceback

        for frame in traceback.extract_tb(error.__traceback__, limit=-DEEPEST):
            if _is_own(frame.filename, folder) and frame.lineno is not None:
                lines.append(frame.lineno)
                text = f": {frame.line[:LONGEST_LINE]}" if frame.line else ""
                file = os.path.basename(frame.filename)
                trace.append(f"{file}, line {frame.lineno}, in {frame.name[:80]}{text}")
    except BaseException:  # noqa: BLE001  an exception may carry a traceback made to break this
        return [], ()
    return lines, tuple(trace[-MOST_FRAMES:])


def _is_own(filename: str | None, folder: str) -> bool:
    """Whether it is a file of the submission (the harness is the course's)."""
    if not filename or filename.startswith("<"):
        return False
    file = os.path.join(folder, filename)
    return file.startswith(f"{folder}/") and os.path.basename(file) != "harness.py"
