"""What it costs until a screen is painted, beside an empty Textual app."""

from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryDirectory

from bench._cost import PYTHON, fresh, processor
from bench._row import Row

LEAVE = """
async def leave(pilot):
    pilot.app.call_after_refresh(pilot.app.exit)
"""
EMPTY = f"""
from textual.app import App
{LEAVE}
App().run(headless=True, auto_pilot=leave)
"""
COURSE = f"""
from course.cli.wiring import Wiring
from course.tui.app import CourseApp
{LEAVE}
with Wiring(None, "embedded").study() as study:
    CourseApp(study).run(headless=True, auto_pilot=leave)
"""


def rows(stack: ExitStack) -> Iterable[Row]:
    """From the start of a fresh Python to the end of an app that ends once it is painted."""
    home = stack.enter_context(TemporaryDirectory())
    environ = fresh(home)
    ours = partial(processor, [*PYTHON, "-c", COURSE], environ)
    empty = partial(processor, [*PYTHON, "-c", EMPTY], environ)
    ours()
    yield Row(
        what="first paint", wanted=1.3, ours=ours, against=empty,
        baseline="an empty Textual app", rounds=9, is_kept=True,
    )  # fmt: skip
