"""The table of what things cost, and what CI holds them to."""

import json
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from bench import _kept as kept
from bench._row import Measured, Row, measure
from bench._table import line

ROOT = Path(__file__).resolve().parents[3]


def row(**given) -> Row:
    return Row(**{"what": "waiting", "wanted": 2.0, "ours": lambda: 3.0} | given)


def found(now: float | None) -> Measured:
    return Measured("start", "waiting", 2.0, now, is_kept=True)


def test_ours_and_the_baseline_take_turns():
    turns: list[str] = []

    def ours() -> float:
        turns.append("ours")
        return 6.0

    def against() -> float:
        turns.append("against")
        return 2.0

    assert measure("start", row(ours=ours, against=against, rounds=3)).now == 3.0
    assert turns == ["against", "ours"] * 3


def test_rounds_that_were_disturbed_do_not_count():
    times = count()
    told = measure("start", row(ours=lambda: 90.0 if next(times) % 3 == 0 else 4.0, rounds=9))
    assert told.now == 4.0


def test_a_row_that_cannot_be_measured_says_why_and_is_worse_than_any_other():
    def ours() -> float:
        raise OSError("there is no engine")

    told = measure("start", row(ours=ours))
    assert "there is no engine" in line(told)
    assert kept.worse([told], {"start": {}}) == [told]


@pytest.mark.parametrize(("now", "is_worse"), [(2.0, False), (2.39, False), (2.41, True)])
def test_a_fifth_more_than_was_kept_is_worse(now, is_worse):
    assert bool(kept.worse([found(now)], {"start": {"waiting": 2.0}})) == is_worse


def test_a_row_that_was_never_kept_is_not_worse():
    assert kept.worse([found(100.0)], {"start": {}}) == []


def test_what_is_not_as_wanted_stands_out():
    assert "**3 ×**" in line(found(3.0))
    assert "**" not in line(found(2.0))


def test_what_is_kept_is_what_the_groups_measure():
    for group, rows in kept.read_kept().items():
        module = (ROOT / "bench" / "rows" / f"{group}.py").read_text(encoding="utf-8")
        assert "is_kept=True" in module, (group, rows)


def test_a_group_that_nobody_wrote_is_named():
    asked = subprocess.run(
        [sys.executable, "-m", "bench", "strat"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 2
    assert "there is no group strat" in asked.stderr


def test_every_group_can_be_measured_alone_as_json():
    command = [sys.executable, "-m", "bench", "start", "--json", "--rounds", "2"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    told = json.loads(asked.stdout)
    assert "cores" in told["machine"]
    assert all(row["now"] for row in told["rows"])
