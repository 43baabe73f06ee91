"""Fuzzes every channel for some minutes and writes docs/fuzzing.md: python -m tests.fuzz.run."""

import argparse
import sys
import time
import tomllib
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from tests.fuzz.channels import FAST, Channel, checks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fuzzing.md"
FINDINGS = Path(__file__).with_name("findings.toml")
DATABASE = DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "fuzz")
ROUND = 60  # cases between two looks at the clock
HEAD = """\
# Fuzzing

The sentence: **a submission alone never yields `error`**. `tests/fuzz` has a grammar for everything
that a submission can say, made of what is allowed, what is nearly allowed and what once broke
something, and holds each case to that sentence. CI tries the same cases each time, and all that was
found before. For more, on new cases each time:

```sh
make fuzz MINUTES=10               # minutes for each channel; writes this page
make fuzz MINUTES=1 ARGS=manifests # the channels whose names have this word
```

What fails is made small, printed, and kept in `.hypothesis/fuzz`, from where the next run takes it
first. When it is mended, put it into `found` in `tests/fuzz/channels.py`, where CI tries it each
time, and into `tests/fuzz/findings.toml`.

## Parsers, guided by coverage

`make guided MINUTES=60` holds every parser (a lesson's tables and text, archives, recordings, wire
events, rolls, arguments, the index, text that is shown) to one sentence: it returns, or it raises the
error that it has for what it does not take. Atheris (3.0.0, Apache 2.0, libFuzzer inside) sees which
edges of the parser a case reaches, and goes on from the cases that reached new ones; they are kept in
`build/fuzz`, findings too. pythonfuzz (last release in 2019) and HypoFuzz (for whole test suites) were
looked at and left. Each finding becomes a line of `tests/fuzz/kept.toml`, which CI tries each time.

## The last run

| channel | minutes | cases | new findings |
| --- | --- | --- | --- |
"""
MENDED = """
## Found so far, and mended

| channel | what was found | what was mended |
| --- | --- | --- |
"""


@dataclass(slots=True)
class Outcome:
    """What came of one channel."""

    channel: Channel
    seconds: float = 0.0
    cases: int = 0
    broken: list[str] = field(default_factory=list)


def main() -> int:
    """Fuzz, print, write the page; 1 when something was found."""
    parser = argparse.ArgumentParser(description="Fuzz what a submission can say.")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each channel")
    parser.add_argument("--sandbox", choices=("embedded", "docker"), default="embedded")
    parser.add_argument("words", nargs="*", help="only channels whose names have one of these")
    chosen = parser.parse_args()
    channels = [*FAST, *checks(chosen.sandbox)]
    if chosen.words:
        channels = [one for one in channels if any(word in one.name for word in chosen.words)]
    outcomes = [fuzz(channel, 60 * chosen.minutes) for channel in channels]
    if len(channels) > len(FAST):
        PAGE.write_text(page(outcomes), encoding="utf-8")
    return int(any(outcome.broken for outcome in outcomes))


def fuzz(channel: Channel, seconds: float) -> Outcome:
    """Try cases until the time is over; go on after a finding."""
    outcome, started = Outcome(channel), time.monotonic()
    for number in endless():
        if time.monotonic() - started > seconds:
            break
        try:
            with channel.opened() as sentence_holds_for:
                one_round(channel, sentence_holds_for, outcome, number, started + seconds)
        except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
            outcome.broken.append(f"{type(error).__name__}: {error}"[:300])
            traceback.print_exc(limit=-4)
    outcome.seconds = time.monotonic() - started
    sys.stdout.write(row(outcome))
    sys.stdout.flush()
    return outcome


def endless() -> Iterator[int]:
    """Seeds that no run had before."""
    number = time.time_ns() // 1_000_000
    while True:
        number += 1
        yield number


def one_round(
    channel: Channel, sentence_holds_for: Any, outcome: Outcome, number: int, until: float
) -> None:
    """Some cases from one seed."""

    @seed(number)
    @settings(
        max_examples=max(1, ROUND // channel.share),
        database=DATABASE,
        deadline=None,
        phases=(Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(channel.cases)
    def cases(case: object) -> None:
        if time.monotonic() < until:
            outcome.cases += 1
            sentence_holds_for(case)

    cases()


def row(outcome: Outcome) -> str:
    """One line of the table."""
    found = "; ".join(sorted(set(outcome.broken))) or "none"
    words = found.replace("|", "\\|").replace("\n", " ")
    return (
        f"| {outcome.channel.name} | {outcome.seconds / 60:.1f} | {outcome.cases:,} | {words} |\n"
    )


def page(outcomes: Sequence[Outcome]) -> str:
    """The whole page."""
    known = tomllib.loads(FINDINGS.read_text(encoding="utf-8"))["finding"]
    names = [outcome.channel.name for outcome in outcomes]
    mended = [
        f"| {next((name for name in names if name.startswith(one['where'])), one['where'])} "
        f"| {one['what']} | {one['mended']} |\n"
        for one in known
    ]
    minutes = sum(outcome.seconds for outcome in outcomes) / 60
    cases = sum(outcome.cases for outcome in outcomes)
    total = f"\nTogether {cases:,} cases in {minutes:.0f} minutes.\n"
    return "".join([HEAD, *map(row, outcomes), total, MENDED, *mended])


if __name__ == "__main__":
    sys.exit(main())
