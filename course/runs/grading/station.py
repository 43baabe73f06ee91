"""A computer that grades what comes over the broker, until it is told to stop."""

import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from course.model.grade import Graded
from course.model.lesson import Exercise, Lesson
from course.model.verdict import Verdict
from course.runs.grading.digests import digest_tests
from course.runs.grading.grader import Terms, settled
from course.runs.grading.pool import Hand
from course.runs.grading.queue import (
    ACTOR,
    KEPT_SECONDS,
    QUEUE,
    connect,
    results_of,
    task_of,
    terms_of,
)
from course.runs.grading.record import graded_fields

OTHER_VERSION = "The worker {name} has another version of the course than whoever sent this."
MakeHand = Callable[[Terms], Hand]


class Station:
    """Grades with as many hands as it has jobs.

    Args:
        url: Of the broker.
        lessons: Its own copy of the course.
        make_hand: Makes a hand for a batch's terms.
        image: What sandboxes run here.
        source: Digest of the sandbox here.
        tool: Our version.
        jobs: How many tasks at a time.
    """

    def __init__(  # noqa: PLR0913  a worker's parameters, each named at the call
        self,
        url: str,
        *,
        lessons: Sequence[Lesson],
        make_hand: MakeHand,
        image: str,
        source: str,
        tool: str,
        jobs: int,
    ) -> None:
        self._broker, self._client = connect(url)
        self._exercises = {one.slug: one for lesson in lessons for one in lesson.exercises}
        self._make_hand = make_hand
        self._image, self._source, self._tool = image, source, tool
        self._jobs = jobs
        self._name = socket.gethostname()
        self._own = threading.local()
        self._hands: list[Hand] = []
        self.graded = 0

    def run(self, until: Callable[[], None]) -> None:
        """Work until `until` returns; what is under way is finished, the rest goes back."""
        import dramatiq

        as_actor = dramatiq.actor(
            broker=self._broker, actor_name=ACTOR, queue_name=QUEUE, max_retries=3
        )
        as_actor(self._grade)
        worker = dramatiq.Worker(self._broker, worker_threads=self._jobs, worker_timeout=1000)
        worker.queue_prefetch = self._jobs  # what one worker holds, no other can take
        worker.start()
        try:
            until()
        finally:
            worker.stop()
            for hand in self._hands:
                hand.close()

    def _grade(self, work: dict[str, Any]) -> None:
        results, key = results_of(str(work["batch"])), str(work["key"])
        if self._client.hexists(results, key):
            return  # delivered twice, and somebody was faster
        graded = replace(self._judged(work), worker=self._name)
        line = json.dumps(graded_fields(graded), allow_nan=False)
        if self._client.hsetnx(results, key, line):
            self.graded += 1
        self._client.expire(results, KEPT_SECONDS)

    def _judged(self, work: Mapping[str, Any]) -> Graded:
        terms = terms_of(work, self._image, self._tool)
        exercise = self._exercises.get(str(work["exercise"]))
        if exercise is None or not self._is_same_course(exercise, work):
            return self._refused(work, terms)
        return self._hand(terms).grade(task_of(work, exercise))

    def _is_same_course(self, exercise: Exercise, work: Mapping[str, Any]) -> bool:
        return bool(digest_tests(exercise) == work["tests"] and self._source == work["source"])

    def _refused(self, work: Mapping[str, Any], terms: Terms) -> Graded:
        """An error that the sender can tell from a grade."""
        exercise = next(iter(self._exercises.values()))
        task = task_of(work, exercise)
        why = OTHER_VERSION.format(name=self._name)
        graded = settled(task, Verdict(exercise.slug, "error", why), task.files(), terms)
        told = replace(
            graded.grade, exercise=str(work["exercise"]), tests_digest=str(work["tests"])
        )
        return replace(graded, grade=told)

    def _hand(self, terms: Terms) -> Hand:
        """This thread's hand for these terms, with its warm sandboxes."""
        known: tuple[Terms, Hand] | None = getattr(self._own, "hand", None)
        if known is not None and known[0] == terms:
            return known[1]
        if known is not None:
            known[1].close()
        hand = self._make_hand(terms)
        self._own.hand = (terms, hand)
        self._hands.append(hand)
        return hand
