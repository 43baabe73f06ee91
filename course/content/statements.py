"""What a task states, piece by piece: sentences of its lists, cells of its tables, its numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

StatementKind = Literal["sentence", "cell", "number"]
_FENCE = re.compile(r" {0,3}(?P<ticks>`{3,}|~{3,})")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_BORDER = re.compile(r"\s*\|[\s:|-]+\|?\s*$")
_SENTENCE_END = re.compile(r"[.!?][\"')*_`\]]*\s+(?=[^a-z\s])")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_CODE_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of a task that some rule must account for, and where it stands."""

    kind: StatementKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    start: int  # in the text
    text: str

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def statements(text: str) -> tuple[Statement, ...]:
    """Every statement of a task's Markdown, in order; code in fences states nothing."""
    lines = list(_prose(text))
    found = [*_sentences(text, lines), *_cells(lines), *_numbers(lines)]
    return tuple(sorted(found, key=lambda one: one.start))


def places(text: str, says: str) -> tuple[tuple[int, int], ...]:
    """Where a text stands in another, white space aside, as ranges of characters."""
    words = says.split()
    if not words:
        return ()
    pattern = r"\s+".join(re.escape(word) for word in words)
    return tuple(one.span() for one in re.finditer(pattern, text))


def line_of(text: str, place: int) -> int:
    """The number of the line, from 1, on which a character stands."""
    return text.count("\n", 0, place) + 1


def _prose(text: str) -> Iterator[_Line]:
    """The lines outside fences and indented code."""
    start, closing, in_list, was_blank = 0, "", False, True
    for line in text.splitlines(keepends=True):
        one = _Line(start, line.rstrip("\n"))
        start += len(line)
        fence = _FENCE.match(line)
        if closing:
            if fence and fence["ticks"].startswith(closing):
                closing = ""
            continue
        if fence:
            closing = fence["ticks"]
            continue
        if not one.is_blank:
            is_code = line.startswith(_CODE_INDENT) and was_blank and not in_list
            was_blank = is_code  # the next line of the same block is code, too
            in_list = bool(_ITEM.match(line)) or (in_list and line.startswith(" "))
            if is_code:
                continue
        else:
            was_blank = True
        yield one


def _sentences(text: str, lines: Sequence[_Line]) -> Iterator[Statement]:
    for start, end in _items(lines):
        for first, last in _split(text, start, end):
            if re.search(r"\w", text[first:last]):
                yield Statement("sentence", first, last)


def _items(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """The ranges of the items' paragraphs, without their markers."""
    start = end = -1
    in_list = False
    for line in lines:
        marker = _ITEM.match(line.text)
        if start >= 0 and (line.is_blank or marker):
            yield start, end
            start = -1
        if line.is_blank:
            continue
        in_list = marker is not None or (in_list and (start >= 0 or line.text.startswith(" ")))
        if in_list:
            start = line.start + (marker.end() if marker else 0) if start < 0 else start
            end = line.start + len(line.text)
    if start >= 0:
        yield start, end


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _SENTENCE_END.finditer(text, start, end):
        yield start, found.end()
        start = found.end()
    yield start, end


def _cells(lines: Sequence[_Line]) -> Iterator[Statement]:
    """What stands below the border of a table, cell by cell."""
    in_body = False
    for line in lines:
        if not line.text.lstrip().startswith("|"):
            in_body = False
        elif _BORDER.match(line.text):
            in_body = True
        elif in_body:
            for cell in re.finditer(r"[^|]*\w[^|]*", line.text):
                yield Statement("cell", line.start + cell.start(), line.start + cell.end())


def _numbers(lines: Sequence[_Line]) -> Iterator[Statement]:
    for line in lines:
        marker = _ITEM.match(line.text)
        for number in _NUMBER.finditer(line.text, marker.end() if marker else 0):
            yield Statement("number", line.start + number.start(), line.start + number.end())
