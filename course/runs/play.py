"""A lab played without a screen: what to do to it, in order, and what is heard meanwhile."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from course.content.arguments import split_pairs, typed
from course.errors import SandboxLost, UsageError
from course.model.event import Event
from course.model.json import JSON
from course.model.lesson import Experiment, Lesson
from course.model.nearest import did_you_mean
from course.model.state import LabState
from course.runs.labs import Heard
from course.runs.ports import OpenLab

STOP_SECONDS = 10.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do to the lab."""

    kind: Literal["fire", "observe"]
    name: str
    params: dict[str, JSON]

    def do(self, lab: OpenLab) -> None:
        """Do it, and wait until it is done."""
        if self.kind == "fire":
            lab.fire(self.name, self.params)
        else:
            lab.observe(self.name)


class Play:
    """A lab and what is done to it, on a thread of its own; events wait to be taken.

    Args:
        open_lab: Opens it, given a seed and somebody to tell about events.
        acts: What to do, in order.
        stay_seconds: How long to leave it running after that.
    """

    def __init__(
        self,
        open_lab: Callable[[int | None, Heard], OpenLab],
        acts: Sequence[Act],
        *,
        seed: int | None = None,
        stay_seconds: float = 0.0,
    ) -> None:
        self._open = open_lab
        self._acts = acts
        self._seed = seed
        self._stay_seconds = stay_seconds
        self._heard: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._error: BaseException | None = None
        self._lab: OpenLab | None = None
        self._thread = threading.Thread(target=self._play, daemon=True, name="play")

    def events(self) -> "queue.SimpleQueue[Event | None]":
        """Begin; what happens is put here, and None at the end."""
        self._thread.start()
        return self._heard

    @property
    def silent(self) -> int:
        """Seconds without news, once they are too many to be chance."""
        return 0 if self._lab is None else self._lab.state().silent

    @property
    def has_opened(self) -> bool:
        """Whether there was a lab to do things to."""
        return self._lab is not None

    def end(self) -> None:
        """Raise what went wrong, if anything did."""
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Do nothing more, and end what is going on."""
        self._stopped.set()
        if self._lab is not None:
            self._lab.close()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _play(self) -> None:
        try:
            lab = self._open(self._seed, self._heard.put)
            self._lab = lab
            with contextlib.closing(lab):
                for act in self._acts:
                    if not self._stopped.is_set():
                        act.do(lab)
                self._stay(lab)
        except BaseException as error:  # noqa: BLE001 - raised again by `end`, on the main thread
            self._error = error
        finally:
            self._heard.put(None)

    def _stay(self, lab: OpenLab) -> None:
        """Leave it running; raises SandboxLost as soon as there is nothing to watch."""
        until = time.monotonic() + self._stay_seconds
        while (left := until - time.monotonic()) > 0 and not self._stopped.is_set():
            self._stopped.wait(min(left, LOOK_SECONDS))
            if lab.state().is_lost and not self._stopped.is_set():
                raise _lost(lab.state())


def _lost(state: LabState) -> SandboxLost:
    return SandboxLost(state.stopped or "The lab is lost.", "Run it again.")


def parse_act(lesson: Lesson, text: str, *, only_experiments: bool = False) -> Act:
    """`crash:worker=2` as something to do; raises UsageError."""
    name, _, rest = text.partition(":")
    trigger = next((one for one in lesson.triggers if one.id == name), None)
    experiments = [one.id for one in lesson.experiments]
    if trigger is not None and not only_experiments:
        return Act("fire", name, typed(trigger, split_pairs(rest, ",")))
    if name in experiments:
        if rest:
            raise UsageError(f"The experiment '{name}' takes no parameters.")
        return Act("observe", name, {})
    triggers = [] if only_experiments else [one.id for one in lesson.triggers]
    known = [*triggers, *experiments]
    what = "experiment" if only_experiments else "trigger"
    hint = f"{did_you_mean(name, known)} There are: {', '.join(known)}." if known else ""
    raise UsageError(f"{lesson.id} has no {what} '{name}'.", hint.strip())


def parse_prediction(lesson: Lesson, text: str) -> tuple[Experiment, str]:
    """`kill_one=in_flight` as an experiment and a choice; raises UsageError."""
    name, _, choice = text.partition("=")
    act = parse_act(lesson, name, only_experiments=True)
    experiment = next(one for one in lesson.experiments if one.id == act.name)
    choices = [one.id for one in experiment.choices]
    if choice not in choices:
        near = did_you_mean(choice, choices)
        hint = f"{near} Its choices: {', '.join(choices)}.".strip()
        raise UsageError(f"'{choice}' is not a choice of {name}.", hint)
    return experiment, choice
