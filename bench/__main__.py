"""Prints the table: `python -m bench`, or some groups of it: `python -m bench start paint`."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench import _kept as kept
from bench._cost import ROOT
from bench._row import Measured
from bench._table import HEAD, line, machine

GROUPS = sorted(one.stem for one in Path(__file__).with_name("rows").glob("[a-z]*.py"))


def main() -> int:
    """Measure, and print while it goes on."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("groups", metavar="GROUP", nargs="*", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--json", action="store_true", help="one object instead of a table")
    parser.add_argument("--rounds", type=int, default=0, help="instead of what each row says")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--keep", action="store_true", help="write what CI holds the course to")
    how.add_argument("--check", action="store_true", help="fail where one is a fifth worse")
    options = parser.parse_args()
    strange = set(options.groups) - set(GROUPS)
    if strange:
        parser.error(f"there is no group {', '.join(sorted(strange))}")
    if options.check:
        return check(options.groups)
    rows = list(
        show(measured(options.groups or GROUPS, rounds=options.rounds), as_json=options.json)
    )
    if options.keep:
        kept.write_kept(rows)
    return 0


def check(groups: Sequence[str]) -> int:
    """Hold what is kept to what it was, and give what is worse a second attempt."""
    known = kept.read_kept()
    chosen = [group for group in known if not groups or group in groups]
    rows = list(show(measured(chosen, "--kept")))
    slower = kept.worse(rows, known)
    again = [row for one in slower for row in measured([one.group], one.what)]
    slower = kept.worse(again, known)
    for row in slower:
        print(
            f"{row.group}: {row.what}: {row.now or row.why}; kept {known[row.group].get(row.what)}"
        )
    if slower:
        print("Worse by a fifth. Mend it, or keep it with `python -m bench --keep` and say why.")
    return 1 if slower else 0


def show(rows: Iterator[Measured], *, as_json: bool = False) -> Iterator[Measured]:
    """Pass them on, and print them."""
    if as_json:
        found = list(rows)
        print(json.dumps({"machine": machine(), "rows": [asdict(row) for row in found]}, indent=1))
        yield from found
        return
    print(f"{machine()}\n\n{HEAD}", flush=True)
    for row in rows:
        print(line(row), flush=True)
        yield row


def measured(groups: Sequence[str], *wanted: str, rounds: int = 0) -> Iterator[Measured]:
    """Each in a process of its own."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "sandboxes")))}
    for group in groups:
        command = [sys.executable, "-m", "bench._group", group, str(rounds), *wanted]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
            for row in process.stdout or ():
                yield Measured(**json.loads(row))
        if process.returncode:
            why = f"ended with {process.returncode}; its last lines are above"
            yield Measured(group, f"the group {group}", 0.0, None, why=why)


if __name__ == "__main__":
    sys.exit(main())
