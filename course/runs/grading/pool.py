"""Several tasks at a time on this computer; grades come out as they are done."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from queue import Empty, SimpleQueue
from typing import Protocol

from course.model.grade import Graded
from course.runs.grading.submissions import Task

LAST_SECONDS = 60.0  # for what is under way when somebody stops the batch


class Hand(Protocol):
    """Grades one task after the other, and keeps what it needs for that open."""

    def grade(self, task: Task) -> Graded:
        """Judge it; never raises for what a submission does."""

    def close(self) -> None:
        """End what it keeps open."""


def grades(
    tasks: Sequence[Task], make_hand: Callable[[], Hand], jobs: int
) -> Iterator[tuple[Task, Graded]]:
    """Every task with its grade, in the order in which they are done."""
    waiting: SimpleQueue[Task] = SimpleQueue()
    for task in sorted(tasks, key=lambda one: one.exercise.slug):  # like boxes after each other
        waiting.put(task)
    done: SimpleQueue[tuple[Task, Graded] | Exception] = SimpleQueue()
    stop = threading.Event()
    hands = [
        threading.Thread(target=_work, args=(make_hand, waiting, done, stop), daemon=True)
        for _ in range(max(1, min(jobs, len(tasks))))
    ]
    for hand in hands:
        hand.start()
    try:
        for _ in tasks:
            came = done.get()
            if isinstance(came, Exception):
                raise came
            yield came
    finally:
        stop.set()
        for hand in hands:
            hand.join(LAST_SECONDS)


def _work(
    make_hand: Callable[[], Hand],
    waiting: "SimpleQueue[Task]",
    done: "SimpleQueue[tuple[Task, Graded] | Exception]",
    stop: threading.Event,
) -> None:
    try:
        with closing(make_hand()) as hand:
            while not stop.is_set():
                task = waiting.get_nowait()
                done.put((task, hand.grade(task)))
    except Empty:
        return
    except Exception as error:  # noqa: BLE001  told to whoever waits for the grades
        done.put(error)
