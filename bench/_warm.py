"""A check as a learner meets it: its sandboxes got ready while they were editing."""

import time

from course.model.lesson import Exercise
from course.runs.checks import Checks


def warm_check(checks: Checks, exercise: Exercise, editing: float) -> float:
    """Seconds that the learner waits for the verdict on the solution.

    Args:
        checks: That judge it.
        exercise: Whose solution it is.
        editing: Seconds before, in which the sandboxes get ready.
    """
    checks.prepare(exercise)
    time.sleep(editing)
    started = time.perf_counter()
    verdict = checks.check(exercise, exercise.solution)
    taken = time.perf_counter() - started
    if verdict.outcome != "passed":
        raise RuntimeError(f"{exercise.slug}: the solution should pass: {verdict.why}")
    return taken
