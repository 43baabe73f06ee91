"""Submissions per minute, beside one `docker run … pytest` for each, the way most graders do it.

All take the same solution of the same exercise in the same run: `docker run` one after the other,
as a loop over submissions does it, and as many at a time as we grade. The fast mode gets more of
them, so that all work about as long. Prints rates and ratios to the loop; the second line says how
much of that is only working on several at a time, and the third how many containers that run `true`
and nothing else this engine starts and removes: what a fresh one each can at most come to.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "sandboxes")]

import pytest  # noqa: E402  where it is installed is mounted into the bare containers

from bench.check import write_bare  # noqa: E402  the checkout must be on the path first
from course.judge.judge import PytestJudge  # noqa: E402
from course.model.grade import Isolation, Learner  # noqa: E402
from course.runs.grading.grader import Terms  # noqa: E402
from course.runs.grading.hands import LocalHand  # noqa: E402
from course.runs.grading.layout import Scope  # noqa: E402
from course.runs.grading.pool import grades  # noqa: E402
from course.runs.grading.submissions import Entry, Task  # noqa: E402
from course.sandbox.choice import Chooser  # noqa: E402
from course.sandbox.docker import DockerBackend  # noqa: E402
from course.sandbox.engine import connect  # noqa: E402
from course.sandbox.flags import CHECK_SIZE  # noqa: E402
from tests.security.attack import honest_exercise  # noqa: E402

MINUTE = 60
MORE = 4  # times as many in the fast mode
SITE = Path(pytest.__file__).resolve().parent.parent


def main() -> None:
    """Take turns, so that a busy moment hits all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=16, help="submissions a round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2, help="at a time")
    options = parser.parse_args()
    sandboxes, judge = Chooser("docker"), PytestJudge()
    image = sandboxes.report().image
    ways: dict[str, Callable[[], None]] = {
        "docker run … pytest": lambda: bare(image, options.count, 1),
        f"the same, {options.jobs} at a time": lambda: bare(image, options.count, options.jobs),
        "containers of `true`": lambda: empty(image, options.count, options.jobs),
        "fresh container each": lambda: ours(sandboxes, judge, options, "container"),
        "fast": lambda: ours(sandboxes, judge, options, "fast"),
    }
    counts = dict.fromkeys(ways, options.count) | {"fast": options.count * MORE}
    seconds = dict.fromkeys(ways, 0.0)
    for _ in range(options.rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name] += time.perf_counter() - started
    judge.close()
    tell({name: counts[name] * options.rounds / seconds[name] * MINUTE for name in ways})


def tell(rates: dict[str, float]) -> None:
    """Rates, and what they are of the first."""
    loop = next(iter(rates.values()))
    for name, rate in rates.items():
        print(f"{name:22} {rate:7.0f} a minute   {rate / loop:5.1f} x")


def ours(
    sandboxes: Chooser, judge: PytestJudge, options: argparse.Namespace, isolation: Isolation
) -> None:
    """A batch of the solution, from nothing to closed."""
    exercise = honest_exercise()
    count = options.count * (MORE if isolation == "fast" else 1)
    scope, folder = Scope((exercise,)), exercise.folder
    tasks = [
        Task(Entry(Learner(f"learner-{number}"), exercise.solution, folder), exercise, scope)
        for number in range(count)
    ]
    terms = Terms(seed=1, isolation=isolation)
    done = list(grades(tasks, lambda: LocalHand(sandboxes, judge, terms), options.jobs))
    wrong = [graded.grade for _, graded in done if graded.grade.outcome != "passed"]
    if wrong or len(done) != count:
        sys.exit(f"the solution should pass: {wrong}")


def bare(image: str, count: int, jobs: int) -> None:
    """Tests and solution together in a container, pytest from this environment."""
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(jobs) as pool:
        write_bare(Path(place))
        Path(place).chmod(0o755)
        argv = [
            "docker", "run", "--rm", "--network", "none", "--memory", "256m",
            "-v", f"{place}:/submission:ro", "-v", f"{SITE}:/site:ro", "-v",
            f"{ROOT}/course:/ours/course:ro", "-e", "PYTHONPATH=/ours:/site",
            "-e", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", "-w", "/submission", image,
            "python3", "-B", "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider",
        ]  # fmt: skip
        for ended in pool.map(lambda _: run(argv), range(count)):
            if ended.returncode:
                sys.exit(f"the bare run should pass: {ended.stdout}{ended.stderr}")


def empty(image: str, count: int, jobs: int) -> None:
    """Containers with a check's walls and nothing in them, over the same door as ours."""
    backend = DockerBackend(connect(), image, ("true",))

    def one(_: int) -> None:
        box = backend.start(CHECK_SIZE, run_id="bench", purpose="check")
        while box.receive():
            pass
        box.close()

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, range(count)))


def run(argv: list[str]) -> "subprocess.CompletedProcess[str]":
    """One program to its end."""
    return subprocess.run(argv, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main()
