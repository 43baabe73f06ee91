"""What a warm check costs beside `python -m pytest` of the same tests.

The bare run imports the solution into pytest's own process. The check runs it in a locked-down
container, warm: the second check of a learner and every one after it.
"""

import subprocess
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._bare import write_bare
from bench._cost import PYTHON, ROOT, seconds
from bench._row import Row
from bench._warm import warm_check
from course.judge.judge import PytestJudge
from course.runs.checks import Checks
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

WANTED = 0.08
EDITING = 1.0  # seconds that a learner takes at least; meanwhile the next sandbox gets ready


def rows(stack: ExitStack) -> Iterable[Row]:
    """A function's tests."""
    exercise, judge = honest_exercise(), PytestJudge()
    stack.callback(judge.close)
    checks = Checks(Chooser("docker"), judge)
    stack.callback(checks.close)
    folder = Path(stack.enter_context(TemporaryDirectory()))
    write_bare(folder, exercise, exercise.solution)
    bare(folder)  # writes bytecode
    warm_check(checks, exercise, EDITING)
    yield Row(
        what="check, warm, of a function", wanted=WANTED,
        ours=partial(warm_check, checks, exercise, EDITING),
        against=partial(seconds, partial(bare, folder)), baseline="bare pytest",
    )  # fmt: skip


def bare(folder: Path) -> None:
    """One plain pytest run."""
    subprocess.run(
        [*PYTHON, "-m", "pytest", "-q", "-W", "ignore"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
