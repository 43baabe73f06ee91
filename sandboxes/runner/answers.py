"""What the agent makes of an answer, or of none."""

from __future__ import annotations

import signal
from contextlib import suppress

from runner.failure import LONGEST_LINE, LONGEST_MESSAGE, MOST_FRAMES
from runner.values import BadFrame, NotCarried, decode, weigh

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from runner.values import JSON

KINDS = {
    "exception", "exit", "import", "lacking", "memory", "missing", "output", "protocol", "timeout",
}  # fmt: skip
FAILURE_KEYS = {"kind", "message", "line", "trace"}
LONGEST_FRAME = 3 * LONGEST_LINE  # a file, a line of it, a function
LAST_LINE = 10_000_000


def answer(line: bytes, nonce: str) -> dict[str, JSON]:
    """The value, question or failure in the learner's line; raises BadFrame for anything else."""
    found = decode(line)
    if found.pop("nonce", None) != nonce or len(found) != 1:
        raise BadFrame("the answer is not to the question")
    if "value" in found:
        return _weighed(found)
    if _is_question(found.get("ask")):
        return _carried(found)
    told = found.get("failure")
    if not isinstance(told, dict) or not _is_failure(told):
        raise BadFrame("the answer is neither a value nor a failure")
    return {"failure": _bounded(told)}


def _weighed(found: dict[str, JSON]) -> dict[str, JSON]:
    """The value, if it can go on from here; else why not, as the learner's process says it."""
    try:
        weigh(found["value"])
    except NotCarried as error:
        return {"failure": failure("output", str(error))}
    return found


def _carried(found: dict[str, JSON]) -> dict[str, JSON]:
    try:
        weigh(found["ask"])
    except NotCarried as error:
        raise BadFrame(str(error)) from error
    return found


def _bounded(told: dict[str, JSON]) -> dict[str, JSON]:
    """A failure no longer than the learner's process makes them, whoever wrote this one."""
    line, trace = told["line"], told["trace"]
    frames = trace if isinstance(trace, list) else []
    return {
        "kind": told["kind"],
        "message": str(told["message"])[:LONGEST_MESSAGE],
        "line": line if isinstance(line, int) and 0 < line <= LAST_LINE else None,
        "trace": [str(frame)[:LONGEST_FRAME] for frame in frames[:MOST_FRAMES]],
    }


def failure(kind: str, message: str, line: int | None = None) -> dict[str, JSON]:
    """A failure that the agent saw, not the learner's process."""
    return {"kind": kind, "message": message, "line": line, "trace": []}


def how_it_ended(status: int | None) -> str:
    """An exit status in words."""
    if status is None:
        return "in an unknown way"
    with suppress(ValueError):
        if status < 0:
            return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"


def memory_kills() -> int:
    """How many processes the kernel has killed for want of memory, here or on this machine."""
    return sum(map(_count, _COUNTERS))


_COUNTERS = (
    "/sys/fs/cgroup/memory.events",
    "/sys/fs/cgroup/memory/memory.oom_control",
    "/proc/vmstat",
)


def _count(file: str) -> int:
    with suppress(OSError), open(file, "rb") as opened:
        for line in opened.read().splitlines():
            name, _, number = line.partition(b" ")
            if name == b"oom_kill":
                return int(number)
    return 0


def _is_question(told: JSON) -> bool:
    return (
        isinstance(told, dict)
        and set(told) == {"name", "args"}
        and isinstance(told["name"], str)
        and isinstance(told["args"], list)
    )


def _is_failure(told: dict[str, JSON]) -> bool:
    line, trace = told.get("line"), told.get("trace")
    return (
        set(told) == FAILURE_KEYS
        and isinstance(told["kind"], str)
        and told["kind"] in KINDS
        and isinstance(told["message"], str)
        and (line is None or type(line) is int)
        and isinstance(trace, list)
        and all(isinstance(frame, str) for frame in trace)
    )
