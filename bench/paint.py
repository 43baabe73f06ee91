"""How long until the course's first screen is painted, beside an empty Textual app."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7
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


def seconds(code: str, environment: dict[str, str]) -> float:
    """From the start of a fresh Python to the end of an app that ends once it is painted."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    return time.perf_counter() - started


def main() -> None:
    """Take turns, so that a busy moment hits both, and compare medians."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"COURSE_HOME": home, "PYTHONPATH": str(ROOT)}
        seconds(COURSE, environment)  # writes bytecode and the progress file
        pairs = [(seconds(EMPTY, environment), seconds(COURSE, environment)) for _ in range(RUNS)]
    empty = statistics.median(pair[0] for pair in pairs)
    ours = statistics.median(pair[1] for pair in pairs)
    print(f"empty Textual app  {empty * 1000:6.0f} ms")
    print(f"first paint        {ours * 1000:6.0f} ms   {ours / empty:.1f} x")


if __name__ == "__main__":
    main()
