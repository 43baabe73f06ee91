"""The ratios that were kept, and what is worse than it was."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from bench._row import Measured

FILE = Path(__file__).with_name("kept.toml")
WORSE = 1.2  # times what was kept
HEAD = (
    "# What CI holds the course to: ratios, written by `python -m bench --keep`. A change that\n"
    "# makes one better keeps the better one; a change that makes one worse says why.\n"
)
Kept = dict[str, dict[str, float]]


def read_kept() -> Kept:
    """By group, then by row."""
    return tomllib.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}


def write_kept(rows: Iterable[Measured]) -> None:
    """Put these in the place of what was kept of them."""
    kept = read_kept()
    for row in rows:
        if row.is_kept and row.now is not None:
            kept.setdefault(row.group, {})[row.what] = round(row.now, 2)
    text = HEAD
    for group in sorted(kept):
        lines = [f'"{what}" = {ratio}\n' for what, ratio in sorted(kept[group].items())]
        text += f"\n[{group}]\n{''.join(lines)}"
    FILE.write_text(text, encoding="utf-8")


def worse(rows: Iterable[Measured], kept: Kept) -> list[Measured]:
    """Those that are a fifth worse than they were, or could not be measured any more."""
    return [
        row
        for row in rows
        if row.now is None or row.now > WORSE * kept[row.group].get(row.what, row.now)
    ]
