"""What grades on this computer: a checker with its warm sandboxes, in the isolation asked for."""

from contextlib import ExitStack
from typing import cast

from course.model.grade import Graded
from course.runs.checks import Checks
from course.runs.grading.fast import BatchSandboxes, FastSandboxes
from course.runs.grading.grader import Grader, Terms
from course.runs.grading.submissions import Task
from course.runs.grading.turns import EngineWatch, Turns
from course.runs.ports import Judge, Sandboxes


class LocalHand:
    """Grades one submission at a time.

    With `container`, each gets a fresh one, started while the one before is judged. With `fast`,
    only what nobody could judge gets one, at its second try.

    Args:
        sandboxes: Where containers come from.
        judge: Runs the tests.
        terms: Of the batch.
        turns: Shared by all hands of this computer.
        watch: Shared as well.
    """

    def __init__(
        self,
        sandboxes: Sandboxes,
        judge: Judge,
        terms: Terms,
        turns: Turns | None = None,
        watch: EngineWatch | None = None,
    ) -> None:
        self._open = ExitStack()
        own = Checks(sandboxes, judge, ahead=terms.isolation != "fast", settle=True)
        self._open.callback(own.close)
        if terms.isolation != "fast":
            self._grader = Grader(own, terms, turns=turns, watch=watch)
            return
        fast = FastSandboxes(cast("BatchSandboxes", sandboxes))
        self._open.callback(fast.close)
        checks = Checks(fast, judge, ahead=False, settle=True)
        self._open.callback(checks.close)
        self._grader = Grader(checks, terms, lambda: own, turns=turns, watch=watch)

    def grade(self, task: Task) -> Graded:
        """Judge it."""
        return self._grader.grade(task)

    def close(self) -> None:
        """End its containers."""
        self._open.close()
