"""What a right answer answers on one seed, as a table for another."""

import json
from collections.abc import Mapping

from course.model.json import JSON, Fields
from course.model.lesson import Exercise
from course.runs.checks import Checks
from course.runs.event_log import EventLog
from course.runs.ports import Judge, Sandboxes

LARGEST = 200_000  # characters of a table


class Transcript(EventLog):
    """An event log that keeps which calls were answered how."""

    def __init__(self) -> None:
        super().__init__()
        self.table: dict[str, JSON] = {}
        self._asked: list[JSON] | None = None
        self._size = 0

    def asked(self, command: str, arguments: Mapping[str, JSON]) -> None:
        """A test asked something."""
        super().asked(command, arguments)
        if command == "reply":  # to what the submission asked: its answer is still to come
            return
        self._asked = None
        if command == "call":
            names = ("function", "args", "kwargs")
            self._asked = [arguments.get(name) for name in names]

    def answered(self, answer: Mapping[str, JSON]) -> None:
        """And this came back."""
        super().answered(answer)
        if self._asked is not None and answer.keys() & {"value", "failure"}:
            self._keep(self._asked, answer)

    def _keep(self, asked: list[JSON], answer: Mapping[str, JSON]) -> None:
        failure = answer.get("failure")
        known: Fields = {"value": answer.get("value")}
        if isinstance(failure, dict):
            known = {"raised": str(failure.get("message"))}
        key = json.dumps(asked, sort_keys=True)
        self._size += len(key) + len(json.dumps(known))
        if self._size < LARGEST:
            self.table[key] = known


def record(sandboxes: Sandboxes, judge: Judge, exercise: Exercise, seed: int) -> dict[str, JSON]:
    """What the solution answers to every call of one check."""
    transcript = Transcript()
    checks = Checks(sandboxes, judge, ahead=False, log=lambda: transcript)
    try:
        checks.check(exercise, exercise.solution.read_bytes(), seed=seed)
    finally:
        checks.close()
    return transcript.table
