"""The workers: who runs, who is on a break, who comes and goes."""

import contextlib
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lab import Lab
from lab.errors import LabError
from lab.process import Process

WORKERS = 5
MOST_WORKERS = 6
LOCK_MS, CHECK_MS, IDLE_MS = 3_000, 1_000, 2_000
LONGEST_JOB_SECONDS = 12


class Staff:
    """Starts workers, and ends them.

    Args:
        lab: Where they run.
        client: Of the queue's Redis, where workers say how they are.
        places: Options that tell a worker where Redis and the mail server are.
    """

    def __init__(self, lab: Lab, client: Any, places: list[str]) -> None:
        self._lab = lab
        self._client = client
        self._places = places
        self.workers: dict[str, Process] = {}

    @property
    def running(self) -> list[str]:
        """The names of the workers that run."""
        return [name for name, worker in sorted(self.workers.items()) if worker.is_running]

    def hire(self, name: str) -> None:
        """Start a worker that was never here."""
        argv = ["python", "worker.py", "--name", name, *self._places]
        argv += ["--lock", str(LOCK_MS), "--check", str(CHECK_MS), "--idle", str(IDLE_MS)]
        self._lab.edge("queue", name)
        self._lab.edge(name, "mail")
        self.workers[name] = self._lab.process(
            name, argv, role="worker", tier=3, ready=lambda: self._answers(name)
        )

    def _answers(self, name: str) -> bool:
        """Whether a worker that was just started has said so."""
        import redis

        with contextlib.suppress(redis.RedisError):
            return self._client.hget("workers", name) == "works"
        return False

    def add(self) -> None:
        """One worker more."""
        names = (f"worker-{number}" for number in range(1, MOST_WORKERS + 1))
        free = next((name for name in names if name not in self.running), None)
        if free is None:
            raise LabError(f"there is no room for more than {MOST_WORKERS} workers")
        self.restart([free])

    def remove(self) -> None:
        """One worker less; it finishes its job first."""
        if not self.running:
            raise LabError("no worker runs")
        self.workers[self.running[-1]].stop(LONGEST_JOB_SECONDS)

    def complete(self) -> None:
        """The five of the start, and nobody else."""
        usual = [f"worker-{number}" for number in range(1, WORKERS + 1)]
        for name in set(self.running) - set(usual):
            self.workers[name].stop()
        self.restart([name for name in usual if name not in self.running])

    def restart(self, names: list[str]) -> None:
        """Start workers, all at once, whether they ran before or not."""
        if not names:
            return
        self._client.hdel("workers", *names)
        new = [name for name in names if name not in self.workers]
        with self._lab.together():
            for name in new:
                self.hire(name)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: self.workers[name].restart(), set(names) - set(new)))

    def let_work(self, count: int) -> None:
        """Send all but `count` of the running workers on a break, in which they take no job."""
        wanted = {name: ("works" if n < count else "rests") for n, name in enumerate(self.running)}
        states = self._states()
        for name, state in wanted.items():
            if states[name] != state:
                self.workers[name].kill(signal.SIGUSR2 if state == "works" else signal.SIGUSR1)
        self._lab.until(lambda: self._states() == wanted, 10, f"{count} workers at work")

    def _states(self) -> dict[str, str]:
        states = self._client.hgetall("workers")
        return {name: states.get(name, "") for name in self.running}
