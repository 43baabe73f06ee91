"""Something in a lesson's folder that its author must mend."""

from pathlib import Path
from typing import NamedTuple


class Problem(NamedTuple):
    """What is wrong, and where: a file, then a line or a key in it."""

    path: Path
    message: str
    line: int = 0  # from 1; 0 when a key or the whole file is meant
    key: str = ""

    def __str__(self) -> str:
        """`lesson.toml: experiments[0].truth: …` or `lesson.md:22: …`, from where we stand."""
        line = f":{self.line}" if self.line else ""
        key = f" {self.key}:" if self.key else ""
        return f"{_from_here(self.path)}{line}:{key} {self.message}"


def _from_here(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere, or the current folder is gone
        return path
