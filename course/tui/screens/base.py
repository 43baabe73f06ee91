"""What every screen of the course shares: the study, panes for small terminals, commands."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import SystemCommand
from textual.reactive import reactive
from textual.screen import Screen

from course.errors import CourseError
from course.model.untrusted import clean
from course.runs.ports import Study
from course.tui.messages import HomeChosen

WIDE = 104  # columns from which panes stand beside each other
HUGE = 164
TALL = 46  # rows from which nothing has to be packed tightly


class CourseScreen(Screen[None]):
    """A screen that starts workers; on a narrow terminal it shows one of its panes at a time."""

    PANES: ClassVar[tuple[str, ...]] = ()
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (HUGE, "-huge")]  # noqa: RUF012 - no ClassVar in Textual either

    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]  # noqa: RUF012 - as above

    pane: reactive[str | None] = reactive(None)

    def __init__(self, study: Study) -> None:
        super().__init__()
        self.study = study

    def watch_pane(self, pane: str | None) -> None:
        """Show one pane alone, or as many as fit."""
        for name in self.PANES:
            self.set_class(name == pane, f"-only-{name}")
        self.set_class(pane is None, "-all")

    def action_next_pane(self) -> None:
        """Go through the panes; where all fit beside each other, that is one more view."""
        is_narrow = self.size.width < WIDE
        views = self.PANES if is_narrow else (None, *reversed(self.PANES))
        now = self.pane or (self.PANES[0] if is_narrow else None)
        self.pane = views[(views.index(now) + 1) % len(views)]

    def action_home(self) -> None:
        """Back to the list of lessons."""
        self.post_message(HomeChosen())

    def say(self, text: str, *, error: bool = False) -> None:
        """A toast; its text is never read as markup."""
        self.notify(clean(text), severity="error" if error else "information", markup=False)

    def complain(self, error: CourseError) -> None:
        """A toast for an error that has no place of its own on the screen."""
        self.say(f"{error.summary} {error.hint}".strip(), error=True)

    def commands(self) -> Iterable[SystemCommand]:
        """What the command palette offers here beside the app's own."""
        return ()
