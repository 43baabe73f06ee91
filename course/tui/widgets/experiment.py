"""An experiment in a lesson's text: first a prediction, then the run, then truth beside it."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Button, RadioButton, RadioSet, Static

from course.errors import CourseError
from course.model.json import Fields
from course.model.lesson import Choice, Experiment
from course.model.progress import Prediction
from course.model.untrusted import clean, clean_line
from course.tui.widgets.sentences import value_line
from course.tui.widgets.trouble import trouble_text


class Answer(RadioButton):
    """An answer that wraps, and is marked by more than a colour: Textual's own does neither."""

    def render(self) -> Content:
        """The mark and the text."""
        mark, text = (self.get_visual_style(f"toggle--{part}") for part in ("button", "label"))
        shape = " ● " if self.value else " ○ "
        return Content.assemble((shape, mark), " ", self.label.stylize_before(text))

    def get_content_height(
        self,
        container: Size,  # noqa: ARG002 - the width is all it depends on
        viewport: Size,  # noqa: ARG002
        width: int,
    ) -> int:
        """As many lines as the answer needs."""
        return len(self.render().wrap(max(width, 1)))


class ExperimentCard(VerticalGroup):
    """Asks before it shows: no run without a prediction."""

    HELP: ClassVar[str | None] = """\
### Experiment
Say what you expect before it happens: arrow keys and `enter`, or the number of an answer. Then run
it. Being wrong here is how the course works; nobody counts."""

    @dataclass
    class Predicted(Message):
        """The learner chose an answer and wants to see the run."""

        experiment: Experiment
        choice: str

    def __init__(self, experiment: Experiment, prediction: Prediction | None = None) -> None:
        super().__init__()
        self.experiment = experiment
        self.is_settled = prediction is not None and prediction.observed is not None
        self._prediction = prediction

    def compose(self) -> ComposeResult:
        """Question, answers, the button, and room for what came true."""
        self.border_title = Content(f"Experiment · {clean_line(self.experiment.title, 60)}").markup
        yield Static(Content(clean(self.experiment.question)), classes="question")
        with RadioSet(compact=True):
            for number, choice in enumerate(self.experiment.choices, start=1):
                yield Answer(_answer(number, choice), value=self._was(choice))
        yield Button(self._invitation(), variant="primary", compact=True, classes="run")
        yield Static(classes="truth")

    def on_mount(self) -> None:
        """Without a prediction there is nothing to run yet; an old one is shown again."""
        self._run_button.disabled = self._prediction is None
        if self._prediction is not None and self.is_settled:
            self.show_truth(self._prediction, {})

    @property
    def _run_button(self) -> Button:
        return self.query_one(".run", Button)

    def _was(self, choice: Choice) -> bool:
        return self._prediction is not None and self._prediction.choice == choice.id

    def _invitation(self) -> str:
        return "Run it again" if self.is_settled else "Run it and see"

    def choose(self, number: int) -> None:
        """Choose an answer by its number, from 1."""
        buttons = list(self.query(RadioButton))
        if 1 <= number <= len(buttons):
            buttons[number - 1].value = True
            self._run_button.disabled = False
            self._run_button.focus()

    @property
    def is_ready(self) -> bool:
        """Whether there is a prediction that has not been put to the test."""
        is_chosen = self.query_one(RadioSet).pressed_index >= 0
        return is_chosen and not self.is_settled and not self.disabled

    def run_it(self) -> None:
        """The same as its button."""
        self._run_button.press()

    @on(RadioSet.Changed)
    def allow_the_run(self, event: RadioSet.Changed) -> None:
        """A prediction was made: now it may run."""
        event.stop()
        self._run_button.disabled = False

    @on(Button.Pressed)
    def predict(self, event: Button.Pressed) -> None:
        """Hand the prediction up, so that it is remembered and run."""
        event.stop()
        index = self.query_one(RadioSet).pressed_index
        if index >= 0:
            self.post_message(self.Predicted(self.experiment, self.experiment.choices[index].id))

    def show_running(self) -> None:
        """Say that it runs; the answers rest meanwhile."""
        self.disabled = True
        self._tell(Content.styled("◐ It runs. Watch the lab.", "$text-warning"), "-running")

    def show_truth(self, prediction: Prediction, facts: Fields) -> None:
        """Truth beside the prediction, what was measured, and why."""
        self.disabled, self.is_settled = False, True
        self._run_button.label = "Run it again"
        name = "-right" if prediction.is_right else "-wrong"
        self._tell(_truth(self.experiment, prediction, facts), name)

    def show_error(self, error: CourseError) -> None:
        """It could not be run; the prediction stays."""
        self.disabled = False
        self._tell(trouble_text(error), "-failed")

    def _tell(self, content: Content, name: str) -> None:
        truth = self.query_one(".truth", Static)
        truth.set_classes(f"truth {name}")
        truth.update(content)
        self.call_after_refresh(truth.scroll_visible)


def _answer(number: int, choice: Choice) -> Content:
    return Content.assemble((f"{number} ", "bold"), clean(choice.text))


def _truth(experiment: Experiment, prediction: Prediction, facts: Fields) -> Content:
    texts = {choice.id: clean(choice.text) for choice in experiment.choices}
    chosen, observed = prediction.choice, prediction.observed or ""
    said, seen = texts.get(chosen, clean_line(chosen)), texts.get(observed, clean_line(observed))
    parts = [_verdict(said, seen, is_right=bool(prediction.is_right))]
    if facts:
        parts.append(Content.assemble(("Measured  ", "bold"), value_line(facts)))
    if observed != experiment.truth:
        parts.append(Content("This run came out otherwise than the lesson expects; run it again."))
    parts.append(Content.assemble(("Why  ", "bold"), clean(experiment.why)))
    wrong = next((c.misconception for c in experiment.choices if c.id == chosen), "")
    if wrong and not prediction.is_right:
        parts.append(Content.assemble(("What you may have thought  ", "bold"), clean(wrong)))
    return Content("\n\n").join(parts)


def _verdict(said: str, seen: str, *, is_right: bool) -> Content:
    if is_right:
        return Content.assemble(("✓ You were right  ", "bold $text-success"), seen)
    return Content.assemble(
        ("✕ You said   ", "bold $text-error"), said, "\n",
        ("● It was     ", "bold $text-success"), seen,
    )  # fmt: skip
