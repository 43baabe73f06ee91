"""How states look: a symbol and a word beside every colour, and the two themes of the course."""

from collections.abc import Mapping
from typing import NamedTuple

from textual.theme import Theme

from course.model.event import NodeState, Tone
from course.model.progress import State
from course.model.verdict import Outcome


class Look(NamedTuple):
    """A symbol, the word it stands for, and a style made of theme variables."""

    symbol: str
    word: str
    style: str

    @property
    def label(self) -> str:
        """Symbol and word."""
        return f"{self.symbol} {self.word}"


NODES: Mapping[NodeState, Look] = {
    "starting": Look("◐", "starting", "$text-warning"),
    "up": Look("●", "up", "$text-success"),
    "paused": Look("‖", "paused", "$text-warning"),
    "draining": Look("◌", "draining", "$text-warning"),
    "down": Look("✕", "down", "$text-error"),
    "gone": Look("·", "gone", "$foreground 55%"),
}

PROGRESS: Mapping[State, Look] = {
    "new": Look("○", "new", "$foreground 60%"),
    "started": Look("◐", "started", "$text-warning"),
    "done": Look("✓", "done", "$text-success"),
}

OUTCOMES: Mapping[Outcome, Look] = {
    "passed": Look("✓", "passed", "$text-success"),
    "failed": Look("✕", "failed", "$text-error"),
    "error": Look("▲", "could not be judged", "$text-warning"),
}

TONES: Mapping[Tone, Look] = {
    "info": Look("·", "note", "$text"),
    "good": Look("✓", "good", "$text-success"),
    "bad": Look("✕", "bad", "$text-error"),
}

DARK = Theme(
    name="course-dark",
    primary="#6cb6ff",
    secondary="#4f8cc9",
    accent="#f2b155",
    success="#6bcf8e",
    warning="#f2b155",
    error="#ff6f6b",
    foreground="#d5dce6",
    background="#0e131a",
    surface="#141b24",
    panel="#1c2632",
    dark=True,
)

LIGHT = Theme(
    name="course-light",
    primary="#1d5fa6",
    secondary="#3f7fc4",
    accent="#9a5b00",
    success="#1f7a43",
    warning="#9a5b00",
    error="#b4232a",
    foreground="#1f2730",
    background="#f4f1ea",
    surface="#fbf9f4",
    panel="#e7e2d6",
    dark=False,
)
