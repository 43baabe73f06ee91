"""A screen with a live lab: opens it while the learner reads, looks at it, closes it on leaving."""

from functools import partial

from textual import on, work
from textual.events import Mount, Unmount
from textual.reactive import var

from course.errors import CourseError
from course.model.lesson import Lesson
from course.model.state import LabState
from course.runs.ports import OpenLab, Study
from course.tui.screens.apart import apart, apart_or, leave
from course.tui.screens.base import CourseScreen
from course.tui.widgets.lab_line import LabLine
from course.tui.widgets.lab_pane import LabPane

LOOK_SECONDS = 0.22  # a little more often than the agent's tick


class LabScreen(CourseScreen):
    """Owns one lab and shows how it stands; expects a LabPane and a LabLine among its widgets."""

    state: var[LabState] = var(LabState, init=False)

    def __init__(self, study: Study, lesson: Lesson) -> None:
        super().__init__(study)
        self.lesson = lesson
        self.lab: OpenLab | None = None

    @on(Mount)
    def start_lab(self) -> None:
        """Start the lab beside the reading, and look at it at a fixed tick."""
        self.open_lab()
        self.set_interval(LOOK_SECONDS, self.look)

    @on(Unmount)
    def close_lab(self) -> None:
        """Leaving the screen closes the lab."""
        if self.lab is not None:
            leave(self.lab.close)

    @work(group="lab", exclusive=True)
    async def open_lab(self) -> None:
        """Open the lab; a lab that is already open is closed first."""
        before, self.lab = self.lab, None
        self._show_starting()
        try:
            if before is not None:
                await apart(before.close)
            self.state = LabState()
            opening = partial(self.study.open_lab, self.lesson.id)
            self.lab = await apart_or(lambda lab: lab.close(), opening)
        except CourseError as error:
            self._show_failed(error)
        else:
            self.query_one(LabPane).show_open()
            self.look()

    def look(self) -> None:
        """Take over the lab's state when anything has happened since the last look."""
        if self.lab is not None:
            state = self.lab.state()
            if _is_news(state, self.state):
                self.state = state

    def watch_state(self, state: LabState) -> None:
        """Sum the lab up in one line."""
        if self.lab is not None:
            self.query_one(LabLine).show_state(state)

    def action_restart(self) -> None:
        """Close the lab and start anew."""
        self.open_lab()

    def _show_starting(self) -> None:
        self.query_one(LabLine).show_starting()
        self.query_one(LabPane).show_starting()

    def _show_failed(self, error: CourseError) -> None:
        self.query_one(LabLine).show_failed()
        self.query_one(LabPane).show_failed(error)


def _is_news(state: LabState, before: LabState) -> bool:
    """Cheaper than comparing all of it, which has thousands of parts."""
    return any(
        getattr(state, part) != getattr(before, part) for part in ("seq", "stopped", "silent")
    )
