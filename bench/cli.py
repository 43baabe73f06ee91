"""What `course list` costs beside a Python that does nothing; prints the ratio."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = "import sys; sys.argv = ['course', 'list']; from course.cli.main import entry; entry()"
RUNS = 11


def seconds(code: str, environment: dict[str, str]) -> float:
    """The wall clock of one fresh Python."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - started


def main() -> None:
    """Take turns, so that a busy moment hits both, and compare medians."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"COURSE_HOME": home, "PYTHONPATH": str(ROOT)}
        seconds(LIST, environment)  # writes bytecode and the progress file
        pairs = [(seconds("pass", environment), seconds(LIST, environment)) for _ in range(RUNS)]
    bare = statistics.median(pair[0] for pair in pairs)
    listed = statistics.median(pair[1] for pair in pairs)
    print(f"python -c pass  {bare * 1000:6.0f} ms")
    print(f"course list     {listed * 1000:6.0f} ms   {listed / bare:.1f} x")


if __name__ == "__main__":
    main()
