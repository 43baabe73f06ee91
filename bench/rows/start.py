"""What it costs until a command has answered, beside a Python that does nothing."""

import os
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryDirectory

from bench._cost import COURSE, pass_, processor
from bench._row import Row

COMMANDS = (("--version",), ("list",), ("next",), ("read", "clustering"))
WANTED = 5.0


def rows(stack: ExitStack) -> Iterable[Row]:
    """As they are typed; bytecode, progress and whatever else is kept are there."""
    home = stack.enter_context(TemporaryDirectory())
    environ = os.environ | {"COURSE_HOME": home, "XDG_CACHE_HOME": f"{home}/cache"}
    for words in COMMANDS:
        once = partial(processor, [*COURSE, *words], environ)
        once()
        yield Row(
            what=f"course {words[0]}", wanted=WANTED, ours=once, against=pass_,
            baseline="python -c pass", rounds=21, is_kept=True,
        )  # fmt: skip
