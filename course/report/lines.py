"""Plain lines that fit a width."""

import os
import sys
from collections.abc import Iterator

from course.model.untrusted import clean

NARROWEST = 40
WIDEST = 100  # longer lines are hard to read
USUAL = 80


def terminal_width() -> int:
    """The width to write for: the terminal's or COLUMNS', within reason."""
    return max(NARROWEST, min(WIDEST, columns()))


def wrapped(text: str, width: int, indent: str = "") -> Iterator[str]:
    """Cleaned text in lines that fit; line breaks in it are kept."""
    import textwrap  # not on the way of what wraps nothing

    for line in clean(text).split("\n"):
        yield from textwrap.wrap(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def cut(text: str, width: int) -> str:
    """One line, shortened where it has to be."""
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def columns() -> int:
    """As shutil.get_terminal_size says, which takes longer to import than `course list` to run."""
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (AttributeError, ValueError, OSError):  # closed, replaced, or no terminal
        return USUAL
