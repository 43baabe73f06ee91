"""Fuzzes every parser, guided by coverage: python -m tests.fuzz.guided --minutes 60."""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.guided.parsers import parsers

ROOT = Path(__file__).resolve().parents[3]
PLACE = ROOT / "build" / "fuzz"
UNITS = re.compile(r"number_of_executed_units:\s+(\d+)")
COVERED = re.compile(r"cov: (\d+)")


def main() -> int:
    """One after the other, each for its share of the time; 1 when something was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=2.0, help="for all of them together")
    options.add_argument("words", nargs="*", help="only parsers whose names have one of these")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        names = [one.name for one in parsers(Path(folder))]
    names = [
        name for name in names if not chosen.words or any(word in name for word in chosen.words)
    ]
    seconds = max(1, round(60 * chosen.minutes / len(names)))
    tell("| parser | seconds | cases | edges | findings |\n| --- | --- | --- | --- | --- |")
    found = [fuzz(name, seconds) for name in names]
    return int(any(found))


def tell(line: str) -> None:
    """At once: a run may take an hour."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fuzz(name: str, seconds: int) -> list[str]:
    """Print the row of one parser; the inputs of findings are in build/fuzz."""
    place = PLACE / re.sub(r"\W+", "-", name)
    command = [sys.executable, "-m", "tests.fuzz.guided.one", name, str(seconds), str(place)]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
    )
    found = sorted(one.name for one in (place / "findings").glob("*"))
    if not UNITS.search(ended.stderr):
        found.append(f"ended early: {ended.stderr.strip().splitlines()[-1:]}")
    units = UNITS.search(ended.stderr)
    edges = COVERED.findall(ended.stderr)[-1:] or ["?"]
    cases = f"{int(units[1]):,}" if units else "?"
    tell(f"| {name} | {seconds} | {cases} | {edges[0]} | {'; '.join(found) or 'none'} |")
    return found


if __name__ == "__main__":
    sys.exit(main())
