"""Which hint comes next: of the first test that fails, one at a time."""

from collections.abc import Collection, Sequence

from course.content.declared_tests import DeclaredTest
from course.model.progress import Hint


def next_hint(
    tests: Sequence[DeclaredTest], failing: Collection[str], seen: Sequence[str]
) -> tuple[str, Hint] | None:
    """The name it is remembered under, and the hint; the last one again when all are seen.

    Args:
        tests: Every test of the exercise, in order.
        failing: Names of those that failed last time; all count when none is known.
        seen: Names of hints that were uncovered, in that order.
    """
    hints = _by_name(tests)
    wanted = [name for name, (test, _text) in hints.items() if test in failing] or list(hints)
    if not wanted:
        return None
    known = [name for name in seen if name in hints]
    fresh = [name for name in wanted if name not in known]
    name = fresh[0] if fresh else max(wanted, key=known.index)
    number = known.index(name) + 1 if name in known else len(known) + 1
    return name, Hint(hints[name][1], number, len(hints))


def uncovered(tests: Sequence[DeclaredTest], seen: Sequence[str]) -> tuple[Hint, ...]:
    """The hints that were seen, in that order, as far as the tests still have them."""
    hints = _by_name(tests)
    known = [hints[name][1] for name in seen if name in hints]
    return tuple(Hint(text, number, len(hints)) for number, text in enumerate(known, start=1))


def _by_name(tests: Sequence[DeclaredTest]) -> dict[str, tuple[str, str]]:
    """Every hint under the name it is remembered by: its test, and its text."""
    return {
        f"{test.name}#{at}": (test.name, text)
        for test in tests
        for at, text in enumerate(test.hints, start=1)
    }
