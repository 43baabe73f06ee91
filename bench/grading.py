"""Submissions per minute, beside one `docker run … pytest` for each, the way most graders do it.

Two exercises: a toy of three tests, and one of the course (05/get_shard), each with right answers
in several styles, no two of them the same. All ways take the same answers in the same run:
`docker run` one after the other, as a loop over submissions does it, and as many at a time as we
grade. The fast mode gets more of them, so that all work about as long. Prints rates and ratios to
the loop; the second line says how much of that is only working on several at a time, and the third
how many containers that run `true` and nothing else this engine starts and removes: what a fresh
one each can at most come to. The last column is the processor time of the whole computer.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "sandboxes")]

import pytest  # noqa: E402  where it is installed is mounted into the bare containers

from bench._bare import write_bare  # noqa: E402  the checkout must be on the path first
from course.content.catalog import read_lesson  # noqa: E402
from course.judge.judge import PytestJudge  # noqa: E402
from course.model.grade import Isolation, Learner  # noqa: E402
from course.model.lesson import Exercise  # noqa: E402
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
MORE = 5  # times as many in the fast mode
SITE = Path(pytest.__file__).resolve().parent.parent
RIGHT = Path(__file__).with_name("right")
LESSON, ID = ROOT / "lessons" / "05-sharding", "get_shard"
TICKS = 100  # a second, in /proc/stat
Answers = list[bytes]


def main() -> None:
    """One exercise after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=16, help="submissions a round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2, help="at a time")
    parser.add_argument("--only", choices=("toy", "real"))
    options = parser.parse_args()
    sandboxes, judge = Chooser("docker"), PytestJudge()
    if options.only != "real":
        toy = honest_exercise()
        measure(sandboxes, judge, toy, [toy.solution.read_bytes()], options)
    if options.only != "toy":
        real = real_exercise()
        styles = sorted(RIGHT.glob("*.py"))
        answers = [real.solution.read_bytes(), *(style.read_bytes() for style in styles)]
        measure(sandboxes, judge, real, answers, options)
    judge.close()


def real_exercise() -> Exercise:
    """One that learners get."""
    lesson = read_lesson(LESSON).lesson
    if lesson is None:
        sys.exit(f"{LESSON} cannot be read")
    return next(one for one in lesson.exercises if one.id == ID)


def measure(
    sandboxes: Chooser,
    judge: PytestJudge,
    exercise: Exercise,
    styles: Answers,
    options: argparse.Namespace,
) -> None:
    """Take turns, so that a busy moment hits all of them."""
    image, count, jobs = sandboxes.report().image, options.count, options.jobs
    answers = list(itertools.islice(different(styles), count * MORE))
    ways: dict[str, Callable[[], None]] = {
        "docker run … pytest": lambda: bare(image, exercise, answers[:count], 1),
        f"the same, {jobs} at a time": lambda: bare(image, exercise, answers[:count], jobs),
        "containers of `true`": lambda: empty(image, count, jobs),
        "fresh container each": lambda: ours(
            sandboxes, judge, exercise, answers[:count], jobs, "container"
        ),
        "fast": lambda: ours(sandboxes, judge, exercise, answers, jobs, "fast"),
    }
    seconds, busy = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0.0)
    for _ in range(options.rounds):
        for name, way in ways.items():
            started, worked = time.perf_counter(), processor_seconds()
            way()
            seconds[name] += time.perf_counter() - started
            busy[name] += processor_seconds() - worked
    print(f"{exercise.slug}, {len(styles)} styles, {jobs} at a time")
    counts = dict.fromkeys(ways, count) | {"fast": len(answers)}
    tell(seconds, busy, {name: one * options.rounds for name, one in counts.items()})


def different(styles: Answers) -> Iterator[bytes]:
    """Answers without end, no two the same."""
    for number, style in enumerate(itertools.cycle(styles)):
        yield style + f"\n\nHANDED_IN_AS = {number}\n".encode()


def tell(seconds: dict[str, float], busy: dict[str, float], counts: dict[str, int]) -> None:
    """Rates, and what they are of the first."""
    rates = {name: counts[name] / seconds[name] * MINUTE for name in seconds}
    loop = next(iter(rates.values()))
    for name, rate in rates.items():
        cost = busy[name] / counts[name]
        print(f"{name:22} {rate:7.0f} a minute   {rate / loop:5.1f} x   {cost:6.2f} s of processor")


def processor_seconds() -> float:
    """Of the whole computer since it started, but idle time; 0 where it does not tell."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, *interrupts = map(int, first.split()[1:8])
    return (user + nice + system + sum(interrupts[:2])) / TICKS


def ours(  # noqa: PLR0913, PLR0917  one batch's parameters
    sandboxes: Chooser,
    judge: PytestJudge,
    exercise: Exercise,
    answers: Answers,
    jobs: int,
    isolation: Isolation,
) -> None:
    """A batch, from nothing to closed."""
    with tempfile.TemporaryDirectory() as place:
        scope, tasks = Scope((exercise,)), []
        for number, answer in enumerate(answers):
            file = Path(place, f"{number}.py")
            file.write_bytes(answer)
            tasks.append(
                Task(Entry(Learner(f"learner-{number}"), file, Path(place)), exercise, scope)
            )
        terms = Terms(seed=1, isolation=isolation)
        done = list(grades(tasks, lambda: LocalHand(sandboxes, judge, terms), jobs))
    wrong = [graded.grade for _, graded in done if graded.grade.outcome != "passed"]
    if wrong or len(done) != len(answers):
        sys.exit(f"a right answer should pass: {wrong[:1]}")


def bare(image: str, exercise: Exercise, answers: Answers, jobs: int) -> None:
    """Tests and answer together in a container, pytest from this environment."""

    def one(answer: bytes) -> None:
        with tempfile.TemporaryDirectory() as place:
            write_bare(Path(place), exercise, answer)
            Path(place).chmod(0o755)
            argv = [
                "docker", "run", "--rm", "--network", "none", "--memory", "256m",
                "-v", f"{place}:/answer:ro", "-v", f"{SITE}:/site:ro", "-v",
                f"{ROOT}/course:/ours/course:ro", "-e", "PYTHONPATH=/ours:/site",
                "-e", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", "-w", "/answer", image,
                "python3", "-B", "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider",
            ]  # fmt: skip
            ended = subprocess.run(argv, capture_output=True, text=True, check=False)
            if ended.returncode:
                sys.exit(f"the bare run should pass: {ended.stdout}{ended.stderr}")

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, answers))


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


if __name__ == "__main__":
    main()
