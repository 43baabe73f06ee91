"""The fast isolation: one hardened container, and in it a stranger for each submission.

When a submission has been judged, everything of its uid is killed and erased, and the agent makes
the next one another uid. A container in which anything is left, or that is used up, is thrown away.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Protocol, cast

from course.errors import CourseError, SandboxLost
from course.model.event import Event
from course.model.json import JSON, Fields
from course.model.lesson import Exercise, Lesson
from course.model.progress import SandboxReport
from course.runs.ports import LabSession, Progress, Sandboxes, Session

RENEW_SECONDS = 30.0
PING_SECONDS = 10.0
MOST_SUBMISSIONS = 200  # in one container
OLDEST_SECONDS = 2400.0  # well before the container's own deadline
Wanted = tuple[int, int | None]  # memory in MB, and the seed of all checks in a box


class BatchSandboxes(Sandboxes, Protocol):
    """Sandboxes that can hold one submission after the other."""

    def open_for_batch(self, exercise: Exercise, seed: int | None = None) -> Session:
        """A session whose learner can be renewed; all of them are checked with this seed."""


class Box:
    """A container that takes one submission after the other.

    Args:
        session: With its agent; the box owns it.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._taken = 0
        self._opened = time.monotonic()
        self.is_good = False
        self.renew()

    def renew(self) -> None:
        """Erase the last learner; the box is good for another one when nothing is left of it."""
        self.is_good = False
        with contextlib.suppress(CourseError):  # then it is not good
            answer = self.session.request("renew", seconds=RENEW_SECONDS)
            self._taken += 1
            self.is_good = not cast("Fields", answer).get("left") and not self._is_used_up()

    def answers(self) -> bool:
        """Whether it is good, and has not been lost since it was renewed."""
        with contextlib.suppress(CourseError):
            return self.is_good and self.session.request("ping", seconds=PING_SECONDS) is not None
        return False

    def _is_used_up(self) -> bool:
        age = time.monotonic() - self._opened
        return self._taken > MOST_SUBMISSIONS or age > OLDEST_SECONDS


class Turn:
    """One submission's use of a box; implements `ports.Session`.

    Args:
        box: Renewed.
        done: Told once the turn is over and the box renewed.
    """

    kind = "fast"

    def __init__(self, box: Box, done: Callable[[Box], None]) -> None:
        self._box = box
        self._done = done
        self._is_over = False

    def request(self, command: str, *, seconds: float, **arguments: JSON) -> JSON:
        """Ask the agent."""
        return self._box.session.request(command, seconds=seconds, **arguments)

    def close(self) -> None:
        """Leave nothing behind; idempotent."""
        if not self._is_over:
            self._is_over = True
            self._box.renew()
            self._done(self._box)


class FastSandboxes:
    """Implements `ports.Sandboxes` for one hand, which judges one submission at a time.

    Exercises with a rig get a fresh container all the same: servers are part of their submission.

    Args:
        sandboxes: Where containers come from.
        most: Boxes that are kept, one for each size and seed.
    """

    def __init__(self, sandboxes: BatchSandboxes, most: int = 1) -> None:
        self._sandboxes = sandboxes
        self._most = most
        self._boxes: dict[Wanted, Box] = {}  # the one used last comes last
        self._free = threading.Event()
        self._free.set()

    def open_for_check(self, exercise: Exercise, seed: int | None = None) -> Session:
        """A turn in the box, once the last one has been cleaned up."""
        if exercise.rig is not None:
            return self._sandboxes.open_for_check(exercise, seed)
        self._free.wait(2 * RENEW_SECONDS)
        self._free.clear()
        try:
            return Turn(self._good_box(exercise, seed), self._done)
        except BaseException:
            self._free.set()
            raise

    def close(self) -> None:
        """End the boxes; idempotent."""
        self._free.wait(2 * RENEW_SECONDS)
        self._keep(0)

    def report(self) -> SandboxReport:
        """As the sandboxes say."""
        return self._sandboxes.report()

    def open(self, lesson: Lesson, on_event: Callable[[Event], None]) -> LabSession:
        """Labs are not shared."""
        return self._sandboxes.open(lesson, on_event)

    def build(self, progress: Progress) -> None:
        """As the sandboxes do."""
        self._sandboxes.build(progress)

    def answers(self) -> bool:
        """As the sandboxes say."""
        return self._sandboxes.answers()

    def left_over(self) -> "list[str]":
        """As the sandboxes say."""
        return list(self._sandboxes.left_over())

    def _good_box(self, exercise: Exercise, seed: int | None) -> Box:
        wanted = (exercise.memory_mb, seed)
        box = self._boxes.pop(wanted, None)
        if box is not None and not box.answers():
            box.session.close()
            box = None
        if box is None:
            self._keep(self._most - 1)
            box = Box(self._sandboxes.open_for_batch(exercise, seed))
        if not box.is_good:
            box.session.close()
            raise SandboxLost("This sandbox cannot keep submissions apart from each other.")
        self._boxes[wanted] = box
        return box

    def _keep(self, count: int) -> None:
        """End those that were not used for longest, until there are no more than so many."""
        while len(self._boxes) > count:
            self._boxes.pop(next(iter(self._boxes))).session.close()

    def _done(self, _box: Box) -> None:
        self._free.set()
