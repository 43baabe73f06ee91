"""`course run`: a lab without a screen."""

import argparse
import contextlib
import queue
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from course.cli.output import explain
from course.cli.parser import Commands
from course.cli.teller import Teller
from course.cli.wiring import Wiring
from course.errors import LessonError
from course.model.event import Event
from course.model.lesson import Lesson
from course.report.failures import failure_lines
from course.report.lines import terminal_width
from course.runs.play import LOOK_SECONDS, Act, Play, parse_act, parse_prediction
from course.storage.recordings import Recorder

FAILED = 1
PREDICT = "--predict"
LONGEST_STAY = 86400.0
MORE = """Triggers and experiments happen in the order given, each once the one before is done.
  course run 02 --do crash:worker=2 --observe kill_one --record run.jsonl"""


class _Do(argparse.Action):
    """Keeps what is to be done in one list, in the order it was given."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        acts = [*(getattr(namespace, self.dest) or []), (option_string, str(values))]
        setattr(namespace, self.dest, acts)


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add(
        "run", "run a lab without a screen, and show what happens", run, more=MORE
    )
    parser.add_argument("lesson", metavar="LESSON", help="number, slug or the beginning of it")
    commands.option(
        parser, "--do", metavar="TRIGGER[:k=v,…]", action=_Do, dest="acts", help="fire a trigger"
    )
    commands.option(
        parser, "--observe", metavar="EXPERIMENT", action=_Do, dest="acts", help="run an experiment"
    )
    commands.option(
        parser,
        "--predict",
        metavar="EXPERIMENT=CHOICE",
        action=_Do,
        dest="acts",
        help="say what you expect of an experiment, then run it",
    )
    commands.option(parser, "--seed", metavar="N", type=_seed, help="repeat a run's random choices")
    commands.option(
        parser,
        "--stay",
        metavar="SECONDS",
        type=_seconds,
        default=0.0,
        help="go on watching after that",
    )
    commands.option(parser, "--record", metavar="FILE", type=Path, help="keep the events in a file")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    wiring.consent.require()  # before the lab's thread would
    with contextlib.ExitStack() as stack:
        study = stack.enter_context(wiring.study())
        lesson = study.card(options.lesson).lesson
        given = options.acts or ()
        acts = [_act(lesson, option, text) for option, text in given]
        predicted = [parse_prediction(lesson, text) for option, text in given if option == PREDICT]
        recorder = stack.enter_context(Recorder(options.record)) if options.record else None
        for experiment, choice in predicted:
            study.predict(lesson.id, experiment, choice)
        play = Play(
            lambda seed, heard: study.open_lab(lesson.id, seed=seed, heard=[heard]),
            acts,
            seed=options.seed,
            stay_seconds=options.stay,
        )
        stack.callback(play.stop)
        teller = Teller(as_json=options.json)
        for event in _heard(play):
            if recorder is not None:
                recorder.write(event)
            teller.tell(event)
        teller.finish()
        for experiment, _choice in predicted:
            done = teller.state.observed.get(experiment.id)
            if done is not None:
                settled = study.settle(lesson.id, experiment, done.choice)
                teller.compare(lesson, experiment, settled)
        return _outcome(play)


def _heard(play: Play) -> Iterator[Event]:
    """What happens, to its end; that nothing happens is told once for each silence."""
    events, is_silent = play.events(), False
    while True:
        try:
            event = events.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            was_silent, is_silent = is_silent, bool(play.silent)
            if is_silent and not was_silent:
                explain(f"No news from the lab for {play.silent} s. It may come back.")
            continue
        if event is None:
            return
        yield event


def _act(lesson: Lesson, option: str, text: str) -> Act:
    if option == PREDICT:
        return Act("observe", parse_prediction(lesson, text)[0].id, {})
    return parse_act(lesson, text, only_experiments=option == "--observe")


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 2**53:
        raise ValueError(text)  # argparse says what it should be
    return seed


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= LONGEST_STAY:
        raise ValueError(text)
    return seconds


def _outcome(play: Play) -> int:
    try:
        play.end()
    except LessonError as error:
        if not play.has_opened:
            raise
        explain(*failure_lines(error, terminal_width()))
        return FAILED
    return 0
