"""`python lesson.py`: the lab without the course around it."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.registry import Observed

if TYPE_CHECKING:
    from lab.core import Lab

QUIET = ("gauges", "traffic", "log", "edge")


def play(lab: "Lab", acts: Sequence[Callable[..., Any]]) -> None:
    """Open the lab, do each act, print events and results, close it."""
    seed = int(os.environ.get("LAB_SEED", "1"))
    lab.open(_print_event, Path(sys.argv[0]).resolve().parent, seed=seed)
    try:
        for act in acts:
            print(f"\n> {act.__name__}: {(act.__doc__ or '').splitlines()[0]}")
            _print_result(act())
        lab.tick()
        _print_gauges(lab)
    finally:
        lab.close()


def _print_event(event: dict[str, Any]) -> None:
    kind = event["kind"]
    if kind not in QUIET:
        rest = {
            k: v for k, v in event.items() if k not in ("seq", "t", "kind") and v not in ("", None)
        }
        print(f"{event['t']:8.3f}  {kind:<13} {json.dumps(rest, default=str)}")


def _print_result(result: Any) -> None:
    if isinstance(result, Observed):
        print(f"= {result.choice}  {json.dumps(result.facts, default=str)}")
    elif result is not None:
        print(f"= {json.dumps(result, default=str)}")


def _print_gauges(lab: "Lab") -> None:
    for name, gauge in lab.gauges.items():
        print(f"  {name} = {gauge()}")
