"""Measures one group in this process: `python -m bench._group start 0`; JSON lines come out."""

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from importlib import import_module

from bench._row import Measured, measure


def main() -> None:
    """Rows as they come; only the named ones when names are given, only kept ones for `--kept`."""
    group, rounds, *wanted = sys.argv[1:]
    with ExitStack() as stack:
        for row in import_module(f"bench.rows.{group}").rows(stack):
            if not wanted or row.what in wanted or (wanted == ["--kept"] and row.is_kept):
                tell(measure(group, row, int(rounds)))


def tell(measured: Measured) -> None:
    """At once: a table is watched while it grows."""
    print(json.dumps(asdict(measured)), flush=True)


if __name__ == "__main__":
    main()
