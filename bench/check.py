"""What a check costs beside `python -m pytest` of the same tests; prints both and the ratio.

The bare run imports the solution into pytest's own process. The check runs it in a locked-down
container (or `--sandbox embedded`), warm: the second check of a learner and every one after it.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "sandboxes")]

from bench._bare import write_bare  # noqa: E402  the checkout must be on the path first
from course.judge.judge import PytestJudge  # noqa: E402
from course.runs.checks import Checks  # noqa: E402
from course.sandbox.choice import Chooser  # noqa: E402
from tests.security.attack import honest_exercise  # noqa: E402

RUNS = 9
BAR = 0.25


def main() -> None:
    """Take turns, so that a busy moment hits both, and compare medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sandbox", choices=("docker", "embedded"), default="docker")
    kind = parser.parse_args().sandbox
    exercise, judge = honest_exercise(), PytestJudge()
    checks = Checks(Chooser(kind), judge)
    bare_times, check_times = [], []
    try:
        first = check(checks)
        with tempfile.TemporaryDirectory() as folder:
            write_bare(Path(folder), exercise, exercise.solution)
            bare(Path(folder))  # writes bytecode
            for _ in range(RUNS):
                bare_times.append(bare(Path(folder)))  # meanwhile the next sandbox gets ready
                checks.prepare(exercise)
                time.sleep(1)  # a learner edits at least this long
                check_times.append(check(checks))
    finally:
        checks.close()
        judge.close()
    told("python -m pytest", bare_times)
    print(f"first check       {first * 1000:6.0f} ms   with nothing prepared")
    told(f"check in {kind}", check_times)
    ratio = statistics.median(check_times) / statistics.median(bare_times)
    print(f"ratio             {ratio:6.2f}      (at most {BAR} is expected)")


def check(checks: Checks) -> float:
    """Seconds of one check of the solution."""
    exercise = honest_exercise()
    started = time.perf_counter()
    verdict = checks.check(exercise, exercise.solution)
    seconds = time.perf_counter() - started
    if verdict.outcome != "passed":
        sys.exit(f"the solution should pass: {verdict.why}")
    return seconds


def bare(folder: Path) -> float:
    """Seconds of one plain pytest run."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "ignore"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started


def told(what: str, times: list[float]) -> None:
    """One line: median and the fastest."""
    median = statistics.median(times) * 1000
    print(f"{what:17} {median:6.0f} ms   best {min(times) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
