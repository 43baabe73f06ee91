"""A class of honest answers, graded while the computer gets in the way: nobody may fail for it.

    python -m tests.docker.disturbed [COUNT] [freeze] [stop] [cut] [overload]

grades so many under each disturbance in both isolation modes and prints what came of them.
"""

import collections
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.docker.a_class import RIGHT, grading
from tests.docker.engine_door import EngineDoor

BURNS = """
import time
_until = time.process_time() + {seconds}
while time.process_time() < _until:
    pass
"""
DISTURBED_SECONDS = 30.0  # longer than any wait of ours for something that should be quick
JOBS = 8  # under overload
MANY = 20  # are disturbed twice


def write_honest(folder: Path, count: int, seconds: float) -> None:
    """So many right answers, each of which takes processor time in every test."""
    folder.mkdir(parents=True)
    for number in range(count):
        text = f"# {number}\n{BURNS.format(seconds=seconds)}\n{RIGHT}"
        (folder / f"honest-{number:03}.py").write_text(text, encoding="utf-8")


@contextlib.contextmanager
def door_at(folder: Path) -> Iterator[EngineDoor]:
    """A door of our own before the engine."""
    door = EngineDoor(folder / "engine.sock")
    try:
        yield door
    finally:
        door.close()


class Disturbance:
    """One that comes during a batch, and lasts.

    Args:
        door: Before the engine.
        pid: Of the course, the leader of its group.
        seconds: How long it lasts.
    """

    def __init__(self, door: EngineDoor, pid: int, seconds: float) -> None:
        self._door = door
        self._pid = pid
        self._seconds = seconds

    def freeze(self) -> None:
        """The engine stands still."""
        self._last(self._door.freeze, self._door.go_on)

    def cut(self) -> None:
        """The engine is killed, and comes back."""
        self._last(self._door.slam, self._door.go_on)

    def stop(self) -> None:
        """Ctrl-Z, and later `fg`."""
        self._last(
            lambda: os.killpg(self._pid, signal.SIGSTOP),
            lambda: os.killpg(self._pid, signal.SIGCONT),
        )

    def overload(self) -> None:
        """More jobs than processors are enough."""

    def _last(self, begin: Callable[[], None], end: Callable[[], None]) -> None:
        begin()
        threading.Event().wait(self._seconds)
        end()


def grade_disturbed(
    folder: Path,
    count: int,
    how: str,
    isolation: str,
    seconds: float = DISTURBED_SECONDS,
) -> Mapping[str, int]:
    """How many honest answers came to which outcome under a disturbance."""
    burns = 0.45 if how == "overload" else 0.05  # of five seconds, for three tests
    write_honest(folder / "class", count, burns)
    jobs = JOBS if how == "overload" else 2
    with door_at(folder) as door:
        options = ("--isolation", isolation, "--jobs", str(jobs))
        grader = grading(folder / "home", folder / "class", *options, DOCKER_HOST=door.address)
        moments = {count // 4, count // 2} if count >= MANY else {count // 2}
        disturb = getattr(Disturbance(door, grader.pid, seconds), how)
        watcher = threading.Thread(target=watch, args=(grader, moments, disturb), daemon=True)
        watcher.start()
        assert grader.stdout is not None
        with grader:
            report = grader.stdout.read()
            watcher.join(60)
    outcomes = [json.loads(line)["outcome"] for line in report.splitlines()]
    return collections.Counter(outcomes)


def watch(grader: "subprocess.Popen[str]", moments: set[int], disturb: Callable[[], None]) -> None:
    """Disturb once so many are done; what the course says meanwhile is shown."""
    assert grader.stderr is not None
    for line in grader.stderr:
        done, slash, _ = line.partition("/")
        if slash and done.isdigit() and int(done) in moments:
            threading.Thread(target=disturb, daemon=True).start()
        elif not slash:
            sys.stderr.write(line)


def main(words: list[str]) -> int:
    """Every disturbance that was named, in both modes; the number of honest answers that failed."""
    count = next((int(word) for word in words if word.isdigit()), 100)
    hows = [word for word in words if not word.isdigit()] or ["freeze", "stop", "cut", "overload"]
    failed = 0
    for how in hows:
        for isolation in ("container", "fast"):
            started = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="disturbed-") as place:
                found = grade_disturbed(Path(place), count, how, isolation)
            failed += count - found.get("passed", 0)
            told = ", ".join(f"{number} {name}" for name, number in sorted(found.items()))
            taken = time.monotonic() - started
            sys.stdout.write(f"{how:9} {isolation:10} {told} ({taken:.0f} s)\n")
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
