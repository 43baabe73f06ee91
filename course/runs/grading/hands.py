"""What grades on this computer: a checker with its warm sandboxes, in the isolation asked for."""

from course.model.grade import Graded
from course.runs.checks import Checks
from course.runs.grading.grader import Grader, Terms
from course.runs.grading.submissions import Task
from course.runs.ports import Judge, Sandboxes


class ContainerHand:
    """A fresh container for each submission, the next one started while this one works.

    Args:
        sandboxes: Where containers come from.
        judge: Runs the tests.
        terms: Of the batch.
    """

    def __init__(self, sandboxes: Sandboxes, judge: Judge, terms: Terms) -> None:
        self._checks = Checks(sandboxes, judge, ahead=True)
        self._grader = Grader(self._checks, terms)

    def grade(self, task: Task) -> Graded:
        """Judge it."""
        return self._grader.grade(task)

    def close(self) -> None:
        """End its containers."""
        self._checks.close()
