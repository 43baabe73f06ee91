"""A lesson: its text in steps beside the live lab."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Footer, Header, Static

from course.model.lesson import Experiment
from course.model.progress import LessonCard, Place, Prediction
from course.model.untrusted import clean_line
from course.runs.ports import Study
from course.tui.messages import PlaceChosen
from course.tui.screens.hands_on import HandsOnScreen
from course.tui.screens.places import place_title
from course.tui.widgets.exercise_link import ExerciseWanted
from course.tui.widgets.lab_line import LabLine
from course.tui.widgets.lab_pane import LabPane
from course.tui.widgets.lesson_end import LessonEnd, PlaceWanted
from course.tui.widgets.panes import PaneSwitch
from course.tui.widgets.step import StepView


class LessonScreen(HandsOnScreen):
    """Turns pages on the left, shows the lab on the right, and lets the keys reach both."""

    CSS_PATH = "lesson.tcss"
    AUTO_FOCUS = "#step"
    PANES: ClassVar[tuple[str, ...]] = ("text", "lab")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "turn(1)", "Next", tooltip="The next step of the text", id="lesson.next"),
        Binding("p", "turn(-1)", "Back", tooltip="The step before", id="lesson.back"),
        Binding("space", "read_on", "Read on", show=False,
                tooltip="Scroll on; at the end of the step, turn the page", id="lesson.read_on"),
        Binding("z", "next_pane", "Lab", tooltip="Give the text or the lab the whole screen",
                id="lesson.pane"),
        Binding("s", "source", "Code", tooltip="The code behind the trigger, gauge or node that "
                "has the focus", id="lesson.source"),
        Binding("r", "restart", "Restart", tooltip="Close the lab and start a new one",
                id="lesson.restart"),
        Binding("e", "exercise", "Exercise", tooltip="Work on this lesson's exercise",
                id="lesson.exercise"),
        Binding("escape", "home", "Home", tooltip="Back to the list of lessons", id="lesson.home"),
        Binding("enter", "run_chosen", "Run", show=False, id="lesson.run",
                tooltip="Run the experiment for which you have predicted an answer"),
        *(Binding(str(number), f"choose({number})", f"Answer {number}", show=False,
                  tooltip=f"Predict answer {number} of the experiment on this step",
                  id=f"lesson.answer.{number}") for number in range(1, 10)),
    ]  # fmt: skip

    step: reactive[int] = reactive(0, init=False)

    def __init__(self, study: Study, card: LessonCard, step: int | None = None) -> None:
        super().__init__(study, card.lesson)
        self.card = card
        wanted = card.step if step is None else step
        self.set_reactive(LessonScreen.step, min(max(wanted, 0), len(self.lesson.steps)))

    def compose(self) -> ComposeResult:
        """Text and lab side by side, and a line about the lab below."""
        self.title = f"{self.lesson.number:02d} {clean_line(self.lesson.title)}"
        yield Header()
        with Horizontal(id="body"):
            with Vertical(id="text"):
                yield Static(id="heading")
                yield StepView(id="step").data_bind(LessonScreen.state)
            yield LabPane(self.lesson, id="lab").data_bind(LessonScreen.state)
        with Horizontal(id="status"):
            yield PaneSwitch(self.PANES).data_bind(shown=LessonScreen.pane)
            yield LabLine()
        yield Footer()

    async def on_mount(self) -> None:
        """Show the step the learner left off at."""
        await self.watch_step(self.step)

    # -- the text

    async def watch_step(self, step: int) -> None:
        """Show a step and remember it; the page after the last step is the end of the lesson."""
        steps = self.lesson.steps
        is_end = step >= len(steps)
        title = "The end" if is_end else clean_line(steps[step].title)
        self.query_one("#heading", Static).update(_heading(step, len(steps), title))
        pane = self.query_one(LabPane)
        pane.watched, pane.at_hand = (
            frozenset(self._names(kind)) for kind in ("gauges", "trigger")
        )
        view = self.query_one(StepView)
        if is_end:
            self.card = self.study.card(self.lesson.id)
            await view.show_end(self._end())
        else:
            self.study.move(self.lesson.id, step)
            self.card = self.study.card(self.lesson.id)
            await view.show(steps[step], self.card, self._predicted)

    def _predicted(self, experiment: Experiment) -> Prediction | None:
        return self.study.prediction(self.lesson.id, experiment.id)

    def _end(self) -> LessonEnd:
        made = [(e, self._predicted(e)) for e in self.lesson.experiments]
        settled = [(e, p) for e, p in made if p is not None and p.observed is not None]
        following = self.study.next()
        title = place_title(self.study, following) if following else ""
        return LessonEnd(self.card, settled, following, title)

    def action_turn(self, by: int) -> None:
        """Turn pages."""
        self.step = min(max(self.step + by, 0), len(self.lesson.steps))

    def action_read_on(self) -> None:
        """Scroll the text, whatever has the focus."""
        if self.query_one("#text").display:
            self.query_one(StepView).read_on()

    @on(StepView.StepRead)
    def turn_on(self) -> None:
        """Turn to the next page."""
        self.action_turn(1)

    @on(PlaceWanted)
    def go_on(self, message: PlaceWanted) -> None:
        """Leave for what is next."""
        self.post_message(PlaceChosen(message.place))

    @on(ExerciseWanted)
    def work_on(self, message: ExerciseWanted) -> None:
        """Leave for an exercise."""
        self.post_message(PlaceChosen(Place(self.lesson.id, self.step, message.exercise.id)))

    def action_exercise(self) -> None:
        """Leave for the exercise of this step, else the first that has not passed."""
        named = self._names("exercise")
        cards = sorted(
            self.card.exercises,
            key=lambda card: (card.exercise.id not in named, card.state == "done"),
        )
        if cards:
            self.work_on(ExerciseWanted(cards[0].exercise))
        else:
            self.say("This lesson has no exercise.")

    def _names(self, kind: str) -> set[str]:
        """What the blocks of one kind on this page name; nothing at the end."""
        blocks = [block for step in self.lesson.steps[self.step :][:1] for block in step.blocks]
        return {name for block in blocks if block.kind == kind for name in block.names}

    @on(PaneSwitch.PaneChosen)
    def show_pane(self, message: PaneSwitch.PaneChosen) -> None:
        """Show the pane that was clicked."""
        self.pane = message.name


def _heading(step: int, count: int, title: str) -> Content:
    done = "●" * (step + 1) if step < count else "●" * count
    left = "○" * (count - step - 1)
    where = f"Step {step + 1} of {count}" if step < count else "Done reading"
    return Content.assemble(
        (title, "bold $text-primary"),
        f"   {where}  ",
        (done, "$text-primary"),
        (left, "$foreground 40%"),
    )
