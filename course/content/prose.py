"""What every text of a lesson must keep to: its width, and links that lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

from course.model.problem import Problem

WIDTH = 80
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z]+:|#")


def check_prose(path: Path) -> Iterator[Problem]:
    """Lines that are too wide, tabs, and relative links to nothing."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > WIDTH:
            yield Problem(path, f"is {len(line)} columns wide, {WIDTH} fit", line=number)
        if "\t" in line:
            yield Problem(path, "has a tab", line=number)
        for link in _LINK.finditer(line):
            target = link["target"].partition("#")[0]
            if not _ELSEWHERE.match(link["target"]) and not (path.parent / target).exists():
                yield Problem(path, f"links to '{target}', which is not there", line=number)
