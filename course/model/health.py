"""What a look at this computer found."""

from dataclasses import dataclass
from typing import Literal

Health = Literal["ok", "note", "problem"]
"""`note`: the course works, with less; `problem`: something cannot be done until it is mended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the course needs or likes to have."""

    name: str
    outcome: Health
    detail: str
    fix: str = ""  # what to do about it
