"""Home: every lesson, where the learner is, what is next, and where labs will run."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Footer, Header, OptionList, Static

from course.errors import CourseError
from course.model.problem import Problem
from course.model.progress import Place
from course.model.untrusted import clean_line
from course.runs.ports import Study
from course.tui.messages import PlaceChosen
from course.tui.screens.apart import apart
from course.tui.screens.base import CourseScreen
from course.tui.screens.places import place_title
from course.tui.widgets.lesson_list import LessonList, LessonSheet
from course.tui.widgets.sandbox_line import SandboxLine

MAX_PROBLEMS = 3
WELCOME = "Predict what happens, break something real, see why, then write the missing piece."


class HomeScreen(CourseScreen):
    """Stays below every other screen, so a build goes on while the learner works."""

    AUTO_FOCUS = "#lessons"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "go_on", "Continue", tooltip="Go on with what is next", id="home.continue"),
        Binding("b", "build", "Build image", tooltip="Build the Docker image in the background",
                id="home.build"),
        Binding("escape", "nothing", show=False, system=True),
    ]  # fmt: skip

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self.title = "Scalability"
        self.sub_title = "a course that runs the real thing"
        self._can_build = False

    def compose(self) -> ComposeResult:
        """What is next, the lessons beside a sheet about one, and the sandbox."""
        yield Header()
        yield Static(id="next")
        with Horizontal(id="body"):
            yield LessonList(id="lessons")
            yield LessonSheet(id="sheet")
        yield Static(id="problems")
        yield SandboxLine(id="sandbox")
        yield Footer()

    def on_mount(self) -> None:
        """Look for a sandbox while the lessons are already there."""
        self.query_one("#lessons").border_title = "Lessons"
        self.look_for_sandbox()
        problems = self.study.problems()
        self.query_one("#problems").display = bool(problems)
        self.query_one("#problems", Static).update(_problems(problems))

    def on_screen_resume(self) -> None:
        """Progress may have changed while another screen was up."""
        following = self.study.next()
        lessons = self.query_one(LessonList)
        lessons.show(self.study.cards(), following.lesson if following else None)
        self.query_one("#next", Static).update(self._next_line(following))
        for notice in self.study.notices():
            self.say(notice)

    def _next_line(self, following: Place | None) -> Content:
        cards = self.study.cards()
        if all(card.state == "new" for card in cards):
            head = Content.styled("Welcome.", "bold $text-primary") + f" {WELCOME}"
        else:
            done = sum(card.state == "done" for card in cards)
            head = Content.styled(f"{done} of {len(cards)} lessons done.", "bold $text-primary")
        if following is None:
            return Content("\n").join([head, Content("Nothing is left. Break things for fun.")])
        title = clean_line(place_title(self.study, following))
        where = Content.assemble((" c ", "bold reverse"), "  Next: ", (title, "bold"))
        return Content("\n").join([head, where])

    @on(OptionList.OptionHighlighted, "#lessons")
    def show_lesson(self, event: OptionList.OptionHighlighted) -> None:
        """Tell about the highlighted lesson."""
        self.query_one(LessonSheet).show(self.study.card(event.option_id or ""))

    @on(OptionList.OptionSelected, "#lessons")
    def open_lesson(self, event: OptionList.OptionSelected) -> None:
        """Open a lesson where it was left."""
        card = self.study.card(event.option_id or "")
        self.post_message(PlaceChosen(Place(card.lesson.id, card.step)))

    @on(LessonSheet.ExerciseChosen)
    def open_exercise(self, message: LessonSheet.ExerciseChosen) -> None:
        """Open an exercise."""
        exercise = message.exercise
        step = self.study.card(exercise.lesson).step
        self.post_message(PlaceChosen(Place(exercise.lesson, step, exercise.id)))

    def action_go_on(self) -> None:
        """Go on with what is next."""
        following = self.study.next()
        if following is None:
            self.say("Nothing is left: every lesson is read and every exercise passed.")
        else:
            self.post_message(PlaceChosen(following))

    def action_nothing(self) -> None:
        """This is home already."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the build only where there is something to build."""
        is_offered = action != "build" or self._can_build
        return is_offered and super().check_action(action, parameters)

    @work(group="sandbox", exclusive=True)
    async def look_for_sandbox(self) -> None:
        """Find out which sandbox there is."""
        try:
            report = await apart(self.study.sandbox)
        except CourseError as error:
            self.query_one(SandboxLine).show_error(error)
        else:
            self._offer_build(offered=report.can_build)
            self.query_one(SandboxLine).show(report)

    def _offer_build(self, *, offered: bool) -> None:
        self._can_build = offered
        self.refresh_bindings()

    @on(SandboxLine.BuildWanted)
    def action_build(self) -> None:
        """Build the image, beside everything else."""
        if self._can_build:
            self._offer_build(offered=False)
            self.build()

    @work(group="build")
    async def build(self) -> None:
        """Build the image and show how far it is; the end is a toast wherever the learner is."""
        line = self.query_one(SandboxLine)
        line.show_building("starting", "")

        def progress(step: str, detail: str) -> None:
            self.call_later(line.show_building, step, detail)  # safe from the build's thread

        try:
            await apart(self.study.build_sandbox, progress)
        except CourseError as error:
            self.complain(error)
        else:
            self.say("The image is built. New labs run in Docker.")
        self.call_later(self.look_for_sandbox)  # after the last word of the build's thread


def _problems(problems: Sequence[Problem]) -> Content:
    """Lessons that are not listed because something is wrong with them."""
    head = Content.styled("▲ Not every lesson could be read:", "bold $text-warning")
    told = [Content(clean_line(str(problem))) for problem in problems[:MAX_PROBLEMS]]
    rest = len(problems) - len(told)
    more = [Content.styled(f"and {rest} more", "$foreground 60%")] if rest else []
    return Content("\n").join([head, *told, *more])
