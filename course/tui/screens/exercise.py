"""An exercise: the task, the learner's file, and what the checks say of it."""

import asyncio
import contextlib
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Footer, Header, Markdown, Static

from course.errors import CourseError
from course.model.lesson import Exercise
from course.model.progress import Hint, Place
from course.model.untrusted import clean, clean_line
from course.model.verdict import Verdict
from course.runs.ports import Study
from course.tui.messages import PlaceChosen
from course.tui.screens.apart import apart
from course.tui.screens.editing import read_text
from course.tui.screens.file import FileScreen
from course.tui.screens.solution import SolutionScreen
from course.tui.widgets.checks import CheckPane, status_line
from course.tui.widgets.panes import PaneSwitch


class ExerciseScreen(FileScreen):
    """Checks when the file is saved, whoever saved it."""

    CSS_PATH = "exercise.tcss"
    AUTO_FOCUS = "#task"
    PANES: ClassVar[tuple[str, ...]] = ("task", "file", "checks")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", tooltip="Edit your file in $VISUAL or $EDITOR",
                id="exercise.edit"),
        Binding("E", "edit_here", "Edit here", show=False, id="exercise.edit_here",
                tooltip="Edit your file in the course's own editor"),
        Binding("c", "check", "Check", tooltip="Check your file now", id="exercise.check"),
        Binding("h", "hint", "Hint", tooltip="Uncover the next hint", id="exercise.hint"),
        Binding("v", "solution", "Solution", id="exercise.solution",
                tooltip="The reference solution beside yours, after a pass"),
        Binding("x", "reset", "Reset", id="exercise.reset",
                tooltip="Put the starter back; your file is kept beside it"),
        Binding("z", "next_pane", "View", tooltip="Show the task, the file or the checks alone",
                id="exercise.pane"),
        Binding("n", "go_on", "Next", tooltip="Go on with what is next", id="exercise.next"),
        Binding("escape", "lesson", "Lesson", tooltip="Back to the lesson", id="exercise.lesson"),
    ]  # fmt: skip

    verdict: reactive[Verdict | None] = reactive(None, init=False)

    def __init__(self, study: Study, exercise: Exercise, step: int) -> None:
        super().__init__(study, exercise)
        self._step = step
        self._hints: list[Hint] = []
        self._checking = asyncio.Lock()
        self._is_waiting = False
        self._was_done = False

    def compose(self) -> ComposeResult:
        """Task and file on the left, checks on the right, the file's path below."""
        self.title = clean_line(self.exercise.title)
        self.sub_title = clean_line(self.exercise.slug)
        yield Header()
        with Horizontal(id="body"):
            with Container(id="work"):
                with VerticalScroll(id="task"):
                    yield Markdown(clean(self.exercise.task), open_links=False)
                with ScrollableContainer(id="file"):
                    yield Static(id="code")
            yield CheckPane(id="checks")
        with Horizontal(id="status"):
            yield PaneSwitch(self.PANES).data_bind(shown=ExerciseScreen.pane)
            yield Static(id="path")
        yield Footer()

    def on_mount(self) -> None:
        """Say how the exercise stands."""
        self.query_one("#task").border_title = "Task"
        self.query_one("#checks").border_title = "Checks"
        card = self.study.card(self.exercise.lesson)
        mine = [c for c in card.exercises if c.exercise.id == self.exercise.id]
        self.query_one(CheckPane).show_attempts(mine[0].attempts if mine else 0)
        self._was_done = bool(mine) and mine[0].state == "done"
        self.watch_verdict()
        self.come_back()

    def watch_verdict(self) -> None:
        """The line below says how it stands."""
        path = (clean_line(str(self.file)), "$foreground 60%")
        line = Content.assemble(status_line(self.verdict), "  ", path)
        self.query_one("#path", Static).update(line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before a pass there are hints, after it the reference solution and the way on."""
        has_passed = self.verdict is not None and self.verdict.outcome == "passed"
        if action in {"solution", "go_on"} and not (has_passed or self._was_done):
            return False
        if action == "hint" and has_passed:
            return False
        return super().check_action(action, parameters)

    @work(group="come_back")
    async def come_back(self) -> None:
        """Show how it stood the last time, then get ready for the next check."""
        with contextlib.suppress(CourseError):  # a check will tell what is wrong
            standing = await apart(self.study.standing, self.exercise)
            self._hints = [*standing.hints]
            if standing.verdict is None:
                self.query_one(CheckPane).show_hints(self._hints)
            elif self.verdict is None:
                await self._show_verdict(standing.verdict)
            await apart(self.study.prepare, self.exercise)

    # -- checks

    def file_saved(self) -> None:
        """Saving the file checks it."""
        self.check()

    def action_check(self) -> None:
        """Check the file as it is now."""
        self.check()

    @work(group="check")
    async def check(self) -> None:
        """Check; what is saved during a check is checked once, after it."""
        if self._is_waiting:
            return
        self._is_waiting = True
        async with self._checking:
            self._is_waiting = False
            self._bring(self.query_one(CheckPane))
            self.query_one(CheckPane).show_checking()
            try:
                verdict = await apart(self.study.check, self.exercise)
            except CourseError as error:
                self.query_one(CheckPane).show_error(error)
            else:
                await self._tell(verdict)

    async def _tell(self, verdict: Verdict) -> None:
        had_passed = self.verdict is not None and self.verdict.outcome == "passed"
        await self._show_verdict(verdict)
        if verdict.outcome == "passed" and not had_passed:
            self.say("Passed. v shows the reference solution, n goes on.")

    async def _show_verdict(self, verdict: Verdict) -> None:
        self.verdict = verdict
        await self.query_one(CheckPane).show(verdict, self._hints)
        self.refresh_bindings()

    @work(group="hint", exclusive=True)
    async def action_hint(self) -> None:
        """Uncover one more hint."""
        try:
            hint = await apart(self.study.hint, self.exercise)
        except CourseError as error:
            self.complain(error)
            return
        if hint is None:
            self.say("There is no hint for this.")
        elif hint not in self._hints:
            self._hints.append(hint)
        checks = self.query_one(CheckPane)
        self._bring(checks)
        checks.show_hints(self._hints)
        if self.verdict is not None:
            await checks.show(self.verdict, self._hints)

    def action_solution(self) -> None:
        """Show the reference solution, once it is earned."""
        try:
            reference = self.study.solution(self.exercise)
            mine = read_text(self.file)
        except CourseError as error:
            self.complain(error)
            return
        if reference is None:
            self.say("The reference solution is shown once your own has passed.")
        else:
            self.app.push_screen(SolutionScreen(self.exercise.file, mine, reference))

    def _bring(self, pane: Widget) -> None:
        """Show a pane where something happens and only one fits."""
        if not pane.display:
            self.pane = pane.id

    # -- the ways out

    @on(PaneSwitch.PaneChosen)
    def show_pane(self, message: PaneSwitch.PaneChosen) -> None:
        """Show the pane that was clicked."""
        self.pane = message.name

    def action_lesson(self) -> None:
        """Back to the lesson the exercise belongs to."""
        self.post_message(PlaceChosen(Place(self.exercise.lesson, self._step)))

    def action_go_on(self) -> None:
        """Go on with what is next."""
        following = self.study.next()
        if following is None:
            self.action_home()
        else:
            self.post_message(PlaceChosen(following))
