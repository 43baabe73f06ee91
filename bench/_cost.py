"""What one round costs: processor time of a program, or the wall clock of an act."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable,)
UNUSUAL = ("COURSE_HOME", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
COURSE = (str(Path(sys.executable).with_name("course")),)


def fresh(home: str) -> dict[str, str]:
    """The environment of a learner whose data and cache are in this folder; bytecode is kept."""
    kept = {name: value for name, value in os.environ.items() if name not in UNUSUAL}
    data, cache = f"{home}/data", f"{home}/cache"
    return kept | {"XDG_DATA_HOME": data, "XDG_CACHE_HOME": cache, "PYTHONPATH": str(ROOT)}


def processor(command: Sequence[str], environ: Mapping[str, str] | None = None) -> float:
    """Seconds of user and system time; what a busy machine changes least."""
    with subprocess.Popen(
        command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def seconds(act: Callable[[], object]) -> float:
    """The wall clock of one act."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def pass_() -> float:
    """What everybody pays for a Python that does nothing."""
    return processor([*PYTHON, "-c", "pass"], fresh(""))
