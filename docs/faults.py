"""Write faults.md from what the tests that do harm found: COURSE_FAULTS=FILE makes them tell.

COURSE_FAULTS=/tmp/faults.jsonl python3 -m course test      # with an engine
python -m docs.faults /tmp/faults.jsonl                      # later lines replace earlier ones
"""

import json
import re
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

DOCS = Path(__file__).resolve().parent
LONGEST = 240
FOLDERS = re.compile(r"/(?:[\w.\[\]-]+/)+")  # of the machine that it was tried on
PAGE = """# What was done to the course, and what became of it

Written by `make faults` from what the tests found. Each row is a fault that a test really brings
about, on real processes and files; the test fails if anything is lost, if anything is left behind
that should not be, or if the person reads nothing, a traceback or "a bug in the course".
"""
HEAD = "| fault | lost | left behind | what the person read |\n| --- | --- | --- | --- |"


def page(lines: Iterable[str]) -> str:
    """The whole page; of two rows with one name the later one counts."""
    rows = {(row["test"], row["fault"]): row for row in map(json.loads, lines)}
    ordered = sorted(rows.values(), key=lambda row: (_file(row), row["fault"]))
    parts = [PAGE, f"{len(ordered)} faults.\n"]
    for file, of_file in groupby(ordered, key=_file):
        parts += [f"## {file}\n", HEAD, *(_line(row) for row in of_file), ""]
    return "\n".join(parts)


def _file(row: dict[str, str]) -> str:
    return row["test"].partition("::")[0]


def _line(row: dict[str, object]) -> str:
    cells = [row["fault"], _words(row["lost"]), _words(row["left"]), _shortened(row["read"])]
    return "| " + " | ".join(_cell(str(one)) for one in cells) + " |"


def _words(found: object) -> str:
    return ", ".join(map(str, found)) if isinstance(found, list) and found else "nothing"


def _shortened(text: object) -> str:
    whole = FOLDERS.sub("…/", str(text))
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1].rstrip() + "…"


def _cell(text: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Write the page from the files named."""
    lines = [line for name in sys.argv[1:] for line in Path(name).read_text("utf-8").splitlines()]
    (DOCS / "faults.md").write_text(page(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
