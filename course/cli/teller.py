"""Shows a lab's events as they come."""

import json

from course.cli.output import show
from course.model.codec import encode
from course.model.event import Event
from course.model.lesson import Experiment, Lesson
from course.model.progress import Prediction
from course.model.state import LabState, fold
from course.report.events import event_line, gauges_line
from course.report.lines import terminal_width
from course.report.steps import outcome_lines


class Teller:
    """Lines for people, or one JSON object a line."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.state = LabState()

    def tell(self, event: Event) -> None:
        """Show one event."""
        self.state = fold([event], self.state)
        line = json.dumps(encode(event)) if self._as_json else event_line(event)
        if line is not None:
            show([line])

    def finish(self) -> None:
        """Sum up, for people, what was too frequent to show."""
        line = None if self._as_json else gauges_line(self.state)
        if line is not None:
            show([line])

    def compare(self, lesson: Lesson, experiment: Experiment, prediction: Prediction) -> None:
        """Show people the truth beside what they predicted."""
        if not self._as_json:
            show(outcome_lines(lesson, experiment, prediction, terminal_width()))
