"""Text that came from learner code, a server or a file name, made safe to show.

Cleaned text still has to be drawn as plain content, never as markup: `[/]` is left as it is.
"""

import re
import unicodedata
from collections.abc import Iterator

LIMIT = 200_000  # characters in all
LINE_LIMIT = 2_000
LINES_LIMIT = 5_000
MARKS_LIMIT = 4  # accents stacked on one character

_PLAIN = re.compile(r"[\n\t\x20-\x7e]*")
_CONTROL = frozenset({*range(0x20), *range(0x7F, 0xA0)}) - {ord("\n"), ord("\t")}
_HIDDEN = frozenset({"Cf", "Co", "Cs", "Zl", "Zp"})  # invisible, turning, private, lone, breaking
# Letters and marks that draw nothing: Hangul fillers, blank Braille, variation selectors.
_FILLERS = frozenset(
    {0x034F, 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0, *range(0xFE00, 0xFE0F)}
    | {*range(0xE0100, 0xE01F0)}
)


def clean(text: str | bytes, limit: int = LIMIT) -> str:
    r"""The same text with everything that could steer a terminal made visible.

    Control characters become `\x1b`, invisible and direction-changing ones `<U+202E>`, stacked
    accents, long lines, many lines and long texts are cut. Cleaning twice changes nothing more.
    """
    raw = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    cut = raw[: limit + 1].replace("\r\n", "\n")
    shown = cut if _PLAIN.fullmatch(cut) else "".join(_visible(cut))
    return _bounded(shown, limit)


def visible(text: str) -> str:
    """The same text, whole, with everything that could steer a terminal made visible."""
    plain = text.replace("\r\n", "\n")
    return plain if _PLAIN.fullmatch(plain) else "".join(_visible(plain))


def clean_line(text: str | bytes, limit: int = LINE_LIMIT) -> str:
    """Cleaned text for one line: breaks and tabs become spaces, the rest is cut at `limit`."""
    return clean(" ".join(clean(text).split()), limit)


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= MARKS_LIMIT:
            yield _shown(character, category)


def _shown(character: str, category: str) -> str:
    code = ord(character)
    if code in _CONTROL:
        return f"\\x{code:02x}"
    return f"<U+{code:04X}>" if category in _HIDDEN or code in _FILLERS else character


def _bounded(text: str, limit: int) -> str:
    lines = text[:limit].split("\n")
    kept = [line[:LINE_LIMIT] for line in lines[:LINES_LIMIT]]
    return "\n".join(kept)
