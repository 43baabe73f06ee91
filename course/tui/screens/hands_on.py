"""What a learner does to the lab of a lesson: fire triggers, run experiments, look at the code."""

from collections.abc import Callable, Iterable
from functools import partial

from textual import on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingsMap

from course.errors import CourseError
from course.model.json import Fields
from course.model.keys import TRIGGER_KEYS
from course.model.lesson import Experiment, Lesson, Trigger
from course.model.untrusted import clean, clean_line
from course.runs.ports import Study
from course.tui.screens.apart import apart
from course.tui.screens.lab import LabScreen
from course.tui.screens.parameters import ParametersScreen
from course.tui.screens.source import SourceScreen
from course.tui.widgets.code import CodeBlock
from course.tui.widgets.experiment import ExperimentCard
from course.tui.widgets.gauge import GaugeTile
from course.tui.widgets.topology import Topology
from course.tui.widgets.trigger import (
    ParameterButton,
    TriggerButton,
    TriggerCard,
    TriggerPressed,
    give_turn,
    with_defaults,
)

NOT_RUNNING = "The lab is not running yet."
IN_THE_WAY = "An experiment is running. What you do now would spoil it: wait for its answer."


class HandsOnScreen(LabScreen):
    """Carries what was pressed to the lab, and what came of it back to where it was pressed."""

    def __init__(self, study: Study, lesson: Lesson) -> None:
        super().__init__(study, lesson)
        self._is_observing = False
        # A lesson brings its own keys, so they cannot stand in BINDINGS.
        keys = [key for trigger in lesson.triggers for key in _keys(trigger)]
        self._bindings = BindingsMap.merge([self._bindings, BindingsMap(keys)])

    # -- triggers

    @on(TriggerPressed)
    def press(self, message: TriggerPressed) -> None:
        """Fire, or ask for the parameters first."""
        message.stop()
        if message.ask and message.trigger.parameters:
            form = ParametersScreen(message.trigger, message.params)
            self.app.push_screen(form, partial(self._fire_if, message.trigger, message.card))
        else:
            self.fire(message.trigger, message.params, message.card)

    def _fire_if(self, trigger: Trigger, card: TriggerCard | None, params: Fields | None) -> None:
        if params is not None:
            self.fire(trigger, params, card)

    def action_fire(self, name: str) -> None:
        """Fire a trigger by its key, with the values the text gives it."""
        trigger, card = self._at_hand(name)
        self.fire(trigger, card.arguments if card else {}, card)

    def action_ask(self, name: str) -> None:
        """Ask for a trigger's parameters, then fire it."""
        trigger, card = self._at_hand(name)
        params = with_defaults(trigger, card.arguments if card else {})
        self.press(TriggerPressed(trigger, params, ask=True, card=card))

    def _at_hand(self, name: str) -> tuple[Trigger, TriggerCard | None]:
        """A trigger, and the card of this page whose turn it is, if there is one."""
        trigger = next(trigger for trigger in self.lesson.triggers if trigger.id == name)
        return trigger, next((card for card in self._cards(trigger) if card.has_turn), None)

    def _cards(self, trigger: Trigger) -> list[TriggerCard]:
        return [card for card in self.query(TriggerCard) if card.trigger.id == trigger.id]

    @work(group="trigger")
    async def fire(self, trigger: Trigger, params: Fields, card: TriggerCard | None = None) -> None:
        """Fire a trigger and tell how it went beside the text; the event list has it too."""
        if self.lab is None or self._is_observing:
            self.say(NOT_RUNNING if self.lab is None else IN_THE_WAY)
            return
        where = card or next(iter(self._cards(trigger)), None)
        if where is not None:
            where.show_running(params)
            give_turn(self._cards(trigger), where)
        try:
            value = await apart(self.lab.fire, trigger.id, params)
        except CourseError as error:
            if where is None or not where.is_attached:
                self.complain(error)
            else:
                where.show_error(error)
        else:
            if where is not None and where.is_attached:
                where.show_value(value)

    # -- experiments

    @on(ExperimentCard.Predicted)
    def run_experiment(self, message: ExperimentCard.Predicted) -> None:
        """Run it, now that there is a prediction."""
        message.stop()
        if self._is_observing:
            self.say(IN_THE_WAY)
        else:
            self.observe(message.experiment, message.choice)

    def action_choose(self, number: int) -> None:
        """Predict by number: in the experiment that has the focus, else the first still to run."""
        cards = list(self.query(ExperimentCard))
        with_focus = [card for card in cards if card.has_focus_within]
        to_run = [card for card in cards if not card.is_settled]
        for card in [*with_focus, *to_run, *cards][:1]:
            card.choose(number)

    def action_run_chosen(self) -> None:
        """Run the experiment that has a prediction, wherever the focus has gone since."""
        for card in [card for card in self.query(ExperimentCard) if card.is_ready][:1]:
            card.run_it()

    @work(group="experiment", exclusive=True)
    async def observe(self, experiment: Experiment, choice: str) -> None:
        """Remember the prediction, run the experiment, and put truth beside it."""
        if self.lab is None:
            self.say(NOT_RUNNING)
            return
        lesson = self.lesson.id
        self._on_card(experiment, lambda card: card.show_running())
        self._is_observing = True
        try:
            self.study.predict(lesson, experiment, choice)
            observed, facts = await apart(self.lab.observe, experiment.id)
            prediction = self.study.settle(lesson, experiment, observed)
        except CourseError as error:
            trouble = error
            self._on_card(experiment, lambda card: card.show_error(trouble))
        else:
            self._on_card(experiment, lambda card: card.show_truth(prediction, facts))
        finally:
            self._is_observing = False

    def _on_card(self, experiment: Experiment, tell: Callable[[ExperimentCard], None]) -> None:
        for card in self.query(ExperimentCard):  # none when the page was turned meanwhile
            if card.experiment.id == experiment.id:
                tell(card)

    # -- code

    @on(CodeBlock.Wanted)
    def give_source(self, message: CodeBlock.Wanted) -> None:
        """Hand a code block its source."""
        message.stop()
        self.fill(message.block)

    def action_source(self) -> None:
        """Show the code behind what has the focus."""
        name = self._in_focus()
        if name is None:
            self.say("Select a node, or move to a trigger or gauge with tab; then press s.")
        else:
            self.show_source(name)

    def _in_focus(self) -> str | None:
        focused = self.focused
        if isinstance(focused, TriggerButton | ParameterButton):
            return focused.trigger.id
        if isinstance(focused, GaugeTile):
            return focused.gauge.id
        for node in focused.ancestors_with_self if focused else ():
            if isinstance(node, ExperimentCard):
                return node.experiment.id
        on_page = (card.trigger.id for card in self.query(TriggerCard))
        return self.query_one(Topology).selected or next(on_page, None)

    @work(group="code")
    async def fill(self, block: CodeBlock) -> None:
        """Fetch the code of one block; a page may have several."""
        await self._with_source(block.wanted, block.show)

    @work(group="source", exclusive=True)
    async def show_source(self, name: str) -> None:
        """Show the code behind something on a screen of its own."""
        await self._with_source(name, lambda *source: self.app.push_screen(SourceScreen(*source)))

    async def _with_source(self, name: str, show: Callable[[str, str, int], object]) -> None:
        try:
            file, text, line = await apart(self.study.source, self.lesson.id, name)
        except CourseError as error:
            self.complain(error)
        else:
            show(file, text, line)

    def commands(self) -> Iterable[SystemCommand]:
        """Triggers and a new lab, for the command palette."""
        for trigger in self.lesson.triggers:
            fire = partial(self.action_fire, trigger.id)
            yield SystemCommand(f"Fire: {clean_line(trigger.title)}", clean(trigger.help), fire)
        yield SystemCommand("Restart the lab", "Close it and start anew", self.action_restart)


def _keys(trigger: Trigger) -> Iterable[Binding]:
    if trigger.key not in TRIGGER_KEYS:
        return
    title, action = clean_line(trigger.title, 40), f"fire('{trigger.id}')"
    yield Binding(trigger.key, action, title, show=False, tooltip=clean_line(trigger.help),
                  id=f"trigger.{trigger.id}")  # fmt: skip
    if trigger.parameters and trigger.key.isalpha():
        yield Binding(trigger.key.upper(), f"ask('{trigger.id}')", f"{title} …", show=False,
                      tooltip="The same, with values of your own",
                      id=f"trigger.{trigger.id}.ask")  # fmt: skip
