"""Shows a lab's events as they come."""

import json

from course.cli.output import show
from course.model.codec import encode
from course.model.event import Event
from course.model.state import LabState, fold
from course.report.events import event_line, gauges_line


class Teller:
    """Lines for people, or one JSON object a line."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._state = LabState()

    def tell(self, event: Event) -> None:
        """Show one event."""
        self._state = fold([event], self._state)
        line = json.dumps(encode(event)) if self._as_json else event_line(event)
        if line is not None:
            show([line])

    def finish(self) -> None:
        """Sum up, for people, what was too frequent to show."""
        line = None if self._as_json else gauges_line(self._state)
        if line is not None:
            show([line])
