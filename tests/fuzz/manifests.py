"""Learners' YAML: what the rig of autoscaling/manifests makes of it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any, cast

from hypothesis import strategies as st

from agent.files import decoded
from agent.lesson import Lesson, LessonFault
from course.runs.reach import RIG, rig_files
from tests.unit.lab.conftest import Nobody

LESSON = Path(__file__).resolve().parents[2] / "lessons" / "07-autoscaling"
EXERCISE = LESSON / "exercises" / "manifests"
FILE = "web.yaml"
TOKENS = (
    "- ", "? ", ": ", "[", "]", "{", "}", ",", "&a ", "*a", "<<: ", "!!str ", "!!python/object:os.system ",
    "!!binary ", "!!timestamp ", "!!set ", "!!omap ", "!<x> ", "|\n", ">-\n", "'", '"', "---\n", "...\n", "%YAML 1.1\n",
    "%TAG ! x:\n", "#", "\n", "\n  ", "\n    ", "\t", "@", "`", "~", "null", "true", "no", "0x1F", "0o7", "1_000", "1:20:30",
    "1e3", ".inf", "-.nan", "2001-99-99", "2001-01-01T99:00:00Z", "9" * 5000, "-1", "0", "250m", "1Gi", "60", "é", "\0",
    "\\U00110000", "\\ud800", "\\x", "\ufeff", "a", "kind", "apiVersion: apps/v1", "kind: Deployment", "kind: List",
    "items:", "spec", "replicas: ", "metadata: {name: web}", "\u2028", "\x85", "a" * 1500,
)  # fmt: skip


@cache
def solution() -> str:
    """The right answer, which the edits start from."""
    return next(EXERCISE.glob("solution.*")).read_text(encoding="utf-8")


def _edited(edits: list[tuple[float, int, str]]) -> str:
    text = solution()
    for place, length, new in edits:
        at = int(place * len(text))
        text = text[:at] + new + text[at + length :]
    return text


def _replaced(line: float, value: str) -> str:
    lines = solution().splitlines()
    at = int(line * (len(lines) - 1))
    head, colon, _ = lines[at].partition(":")
    lines[at] = f"{head}{colon} {value}"
    return "\n".join(lines)


shares = st.floats(0, 1, exclude_max=True)
tokens = st.sampled_from(TOKENS)
edited = st.lists(st.tuples(shares, st.integers(0, 40), tokens), min_size=1, max_size=4).map(
    _edited
)
replaced = st.builds(_replaced, shares, tokens | st.lists(tokens, max_size=4).map("".join))
repeated = st.builds(
    lambda unit, times, core: unit * times + core,
    tokens, st.sampled_from((10, 60, 3_000, 24_000, 60_000)), tokens,
)  # fmt: skip
manifests = (
    (edited | replaced | repeated | st.lists(tokens, max_size=25).map("".join))
    .map(lambda text: text.encode(errors="surrogatepass")[: 1 << 20])
) | st.binary(max_size=100)  # fmt: skip


class Somebody(Nobody):
    """A learner whose file can be changed."""

    def __init__(self) -> None:
        self.files = {FILE: solution().encode()}


@contextmanager
def judged() -> Iterator[Callable[[bytes], None]]:
    """Let the rig validate it and tell what it promises."""
    learner = Somebody()
    files = [cast("dict[str, Any]", one) for one in rig_files(EXERCISE / "rig.py")]
    lesson = Lesson(decoded(files), RIG)
    with redirect_stdout(sys.stdout):  # which the lesson takes for itself
        lesson.open(lambda _event: None, isolation="none", seed=1, started={}, learner=learner)

    def property_of(content: bytes) -> None:
        learner.files = {FILE: content}
        for trigger in ("validate", "promises"):
            try:
                lesson.fire(trigger, {})
            except LessonFault as fault:
                assert fault.kind == "submission", f"{fault} {fault.where}"
                assert str(fault)

    try:
        property_of(solution().encode())
        yield property_of
    finally:
        lesson.close("closed")
