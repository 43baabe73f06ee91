"""`course run`: a lab without a screen."""

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course.cli.output import explain
from course.cli.parser import Commands
from course.cli.teller import Teller
from course.cli.wiring import Wiring
from course.errors import LessonError
from course.report.failures import failure_lines
from course.report.lines import terminal_width
from course.runs.play import Play, parse_act
from course.storage.recordings import Recorder

FAILED = 1
MORE = """Triggers and experiments happen in the order given, each once the one before is done.
  course run 02 --do crash:worker=2 --observe kill_one --record run.jsonl"""


class _Do(argparse.Action):
    """Keeps `--do` and `--observe` in one list, in the order they were given."""

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
    commands.option(parser, "--seed", metavar="N", type=int, help="repeat a run's random choices")
    commands.option(
        parser,
        "--stay",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="go on watching after that",
    )
    commands.option(parser, "--record", metavar="FILE", type=Path, help="keep the events in a file")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    with contextlib.ExitStack() as stack:
        study = stack.enter_context(wiring.study())
        lesson = study.card(options.lesson).lesson
        acts = [
            parse_act(lesson, text, only_experiments=option == "--observe")
            for option, text in options.acts or ()
        ]
        recorder = stack.enter_context(Recorder(options.record)) if options.record else None
        play = Play(
            lambda seed, heard: study.open_lab(lesson.id, seed=seed, heard=[heard]),
            acts,
            seed=options.seed,
            stay_seconds=options.stay,
        )
        stack.callback(play.stop)
        teller = Teller(as_json=options.json)
        events = play.events()
        while (event := events.get()) is not None:
            if recorder is not None:
                recorder.write(event)
            teller.tell(event)
        teller.finish()
        return _outcome(play)


def _outcome(play: Play) -> int:
    try:
        play.end()
    except LessonError as error:
        if not play.has_opened:
            raise
        explain(*failure_lines(error, terminal_width()))
        return FAILED
    return 0
