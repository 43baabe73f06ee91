"""The app: which screen is up, the themes, and what holds on every screen."""

import os
from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from course.errors import CourseError
from course.model.progress import Place
from course.model.untrusted import clean_line
from course.runs.ports import Consent, Study
from course.tui.endings import Endings
from course.tui.messages import HomeChosen, PlaceChosen
from course.tui.screens.apart import apart
from course.tui.screens.base import CourseScreen
from course.tui.screens.home import HomeScreen
from course.tui.theme import DARK, LIGHT

NOTICE_SECONDS = 2.0  # between two looks at what the learner should know


class CourseApp(App[None]):
    """Home lies below; a lesson or an exercise stands on it, one at a time."""

    # Home is there from the start, so its styles are the app's to load.
    CSS_PATH = ["app.tcss", "screens/home.tcss"]  # noqa: RUF012 - as in Textual
    TITLE = "Scalability"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "toggle_help", "Help", key_display="?", id="app.help",
                tooltip="Every key of this screen, and help for what has the focus"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend",
                tooltip="Back to the shell; fg comes here again, and the lab goes on meanwhile"),
        Binding("q", "quit", "Quit", tooltip="Leave the course; it remembers where you are",
                id="app.quit"),
    ]  # fmt: skip

    def __init__(
        self,
        study: Study,
        start: Place | None = None,
        theme: str | None = None,
        *,
        consent: Consent | None = None,
    ) -> None:
        super().__init__()
        self._consent = consent
        self._endings = Endings(self)
        self.study = study
        self._start = start
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        wanted = os.environ.get("TEXTUAL_THEME")
        if theme or wanted not in self.available_themes:
            chosen = theme or study.theme()
            self.theme = chosen if chosen in self.available_themes else DARK.name

    def get_default_screen(self) -> Screen[None]:
        """Home."""
        return HomeScreen(self.study)

    async def on_mount(self) -> None:
        """Go where the learner asked to begin."""
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        self.set_interval(NOTICE_SECONDS, self.tell_notices)
        self._endings.mind_continuing()
        self.set_interval(NOTICE_SECONDS, self._endings.leave_what_is_gone)
        if self._consent is None:
            await self._begin(False)
        else:  # somebody else's course: it can be read without an answer, but does not run
            from course.tui.screens.confirm import ConfirmScreen

            await self.push_screen(ConfirmScreen(self._consent.question, "Run it"), self._begin)

    async def _begin(self, is_agreed: bool | None) -> None:
        if is_agreed and self._consent is not None:
            self._consent.give()
        if self._start is not None:
            await self.go(self._start)

    @work(group="notices", exclusive=True)
    async def tell_notices(self) -> None:
        """Whatever screen is up, the learner hears what is not saved, and when it is again."""
        for notice in await apart(self.study.notices):
            self.notify(clean_line(notice, 400), severity="warning", timeout=15, markup=False)

    def _remember_theme(self, theme: Theme) -> None:
        self.study.choose_theme(theme.name)

    # Each way is awaited to its end: Textual's own widgets fail in a screen that is left while
    # it is still being put together, as an early key would have it.

    @on(PlaceChosen)
    async def follow(self, message: PlaceChosen) -> None:
        """A screen asks to be left for another place."""
        await self.go(message.place)

    @on(HomeChosen)
    async def go_home(self) -> None:
        """Leave everything that stands on home."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    async def go(self, place: Place) -> None:
        """Put a lesson or an exercise on home, in place of what stands there."""
        try:
            screen = self._screen_for(place)
        except CourseError as error:
            problem = clean_line(f"{error.summary} {error.hint}")
            self.notify(problem, severity="error", markup=False)
            return
        await self.go_home()
        await self.push_screen(screen)

    def _screen_for(self, place: Place) -> CourseScreen:
        # Imported when they are needed: home is on the screen before they are loaded.
        if place.exercise is not None:
            from course.tui.screens.exercise import ExerciseScreen

            exercise = self.study.exercise(f"{place.lesson}/{place.exercise}")
            return ExerciseScreen(self.study, exercise, place.step)
        from course.tui.screens.lesson import LessonScreen

        return LessonScreen(self.study, self.study.card(place.lesson), place.step)

    def action_toggle_help(self) -> None:
        """Show or hide the keys of this screen."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Textual's own, every lesson and exercise, and what the screen offers."""
        yield from super().get_system_commands(screen)
        if isinstance(screen, CourseScreen):
            yield from screen.commands()
        for card in self.study.cards():
            lesson = card.lesson
            title = f"Lesson {lesson.number:02d}: {clean_line(lesson.title)}"
            go = partial(self.go, Place(lesson.id, card.step))
            yield SystemCommand(title, clean_line(lesson.summary), go)
            for each in card.exercises:
                go = partial(self.go, Place(lesson.id, card.step, each.exercise.id))
                title = f"Exercise: {clean_line(each.exercise.title)}"
                yield SystemCommand(title, f"Lesson {lesson.number:02d}", go)

    def run(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - handed on as they are
        """Run until the learner quits; raises what was a bug of ours, with the screen restored."""
        with self._endings.heard():
            try:
                super().run(*args, **options)
            finally:
                self.study.close()
        if isinstance(self._exception, WorkerFailed):
            raise self._exception.error
        if self._exception is not None:
            raise self._exception

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback; it leaves `run` instead, for whoever called it to tell.
        if self._exit:
            return  # a screen that is taken down while it is put together; the learner has left
        super()._handle_exception(error)
        self._exit_renderables.clear()
