"""What must become of the answers kept with an exercise: starter, solution, rights, wrongs."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from course.model.lesson import Exercise, Mutant
from course.model.verdict import TestResult, Verdict
from course.runs.verify.effort import Effort
from course.runs.verify.trials import Trial

_COUNTED = re.compile(r"\d+ of \d+ tests failed\.")
_SLIP = re.compile(
    r"^\S+\(\) raised (NameError|UnboundLocalError|ImportError|ModuleNotFoundError|SyntaxError)\b"
    r"|^there is no function\b"
)


def answers(exercise: Exercise, effort: Effort) -> Iterator[Trial]:
    """Every answer of an exercise's folder."""
    seeds = effort.seeds(exercise)
    yield Trial("starter", exercise.starter.read_bytes(), "failed", seeds, _loads)
    yield Trial("solution", exercise.solution.read_bytes(), "passed", seeds)
    for right in exercise.rights:
        yield Trial(f"right {right.name}", right.text.encode(), "passed", seeds)
    if not effort.with_mutants:
        return
    for mutant in exercise.mutants:
        look = partial(_breaks_its_rule, exercise, mutant)
        yield Trial(f"mutant {mutant.name}", mutant.text.encode(), "failed", seeds, look)
    if "cheats" not in effort.parts:  # else they are tried with those that are made up
        yield from kept_cheats(exercise, effort)


def kept_cheats(exercise: Exercise, effort: Effort) -> Iterator[Trial]:
    """Those in the exercise's folder."""
    seeds = effort.seeds(exercise)
    for cheat in exercise.cheats:
        yield Trial(f"cheat {cheat.name}", cheat.text.encode(), "failed", seeds, cheat="kept")


def _loads(verdict: Verdict) -> str:
    """A wrong answer that does not even load shows nothing about the tests."""
    return "" if _COUNTED.fullmatch(verdict.why) else f"it does not load or start: {verdict.why}"


def _breaks_its_rule(exercise: Exercise, mutant: Mutant, verdict: Verdict) -> str:
    rules = [rule for rule in exercise.rules if mutant.name in rule.mutants]
    if any(rule.refused for rule in rules):
        return ""
    wanted = {name for rule in rules for name in rule.tests}
    failed = [test for test in verdict.tests if test.outcome != "passed"]
    return _loads(verdict) or _misses(wanted, failed) or _slips(failed)


def _misses(wanted: Collection[str], failed: Sequence[TestResult]) -> str:
    if not wanted or any(test.name in wanted for test in failed):
        return ""
    names = ", ".join(test.name for test in failed)
    return f"it failed, but in no test of the rule it breaks: {names}"


def _slips(failed: Sequence[TestResult]) -> str:
    """A mutant is wrong about a rule, not about Python."""
    if failed and all(_SLIP.match(test.message) for test in failed):
        return f"no assertion saw it: {failed[0].message}"
    return ""
