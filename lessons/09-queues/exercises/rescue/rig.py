"""A real Redis with a stream, three workers of the learner's, and jobs that count themselves."""

import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

from trap import Trap

from lab import Lab
from lab.errors import LabError

lab = Lab()
parts = SimpleNamespace()
NAMES = ("worker-1", "worker-2", "worker-3")
ATTEMPTS = 3


class Job(BaseHTTPRequestHandler):
    """What doing a job is: it takes a while, and may fail."""

    calls: ClassVar[list] = []  # (job, worker, when), at the beginning
    finished: ClassVar[list] = []
    seconds = 0.0
    bad: ClassVar[set] = set()
    hold: str = ""  # the worker whose jobs take until it is dead
    let_go = threading.Event()

    def do_POST(self) -> None:
        """One attempt."""
        fields = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        worker, job = self.path.strip("/"), fields.get("job")
        Job.calls.append((job, worker, time.monotonic()))
        if worker == Job.hold:
            Job.let_go.wait(20)
            return
        time.sleep(Job.seconds)  # the job's own time
        is_bad = job in Job.bad
        if not is_bad:
            Job.finished.append(job)
        self.send_response(500 if is_bad else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


def kill_first() -> None:
    """The worker that runs alone."""
    parts.workers["worker-1"].kill()


@lab.setup
def open_rig() -> None:
    """Start Redis, the jobs' place, and the first worker."""
    parts.redis = redis = lab.redis()
    jobs = ThreadingHTTPServer(("127.0.0.1", 0), Job)
    threading.Thread(target=jobs.serve_forever, daemon=True).start()
    parts.trap = Trap(redis.port, kill_first)
    url = redis.learner_url.replace(f":{redis.port}/", f":{parts.trap.port}/")
    lab.publish(redis_url=url, port=jobs.server_address[1])
    parts.client = redis.client()
    parts.client.xgroup_create("jobs", "workers", id="0", mkstream=True)
    parts.workers = {"worker-1": start_worker("worker-1")}


def start_worker(name: str) -> object:
    """One process of the learner's."""
    return lab.submission(
        name, ["python", "consumer.py", name], role="worker", tier=1,
        ready=lambda: parts.client.exists(f"ready:{name}"),
    )  # fmt: skip


@lab.trigger
def fresh(workers: int = 1, seconds: float = 0.0, bad: list = (), hold: str = "") -> None:
    """An empty stream and so many new workers."""
    Job.let_go.set()
    parts.trap.disarm()
    for worker in parts.workers.values():
        worker.end()
    lab.until(
        lambda: len(parts.client.client_list()) == 1, 5, "the end of the workers' connections"
    )
    parts.client.flushall()
    parts.client.xgroup_create("jobs", "workers", id="0", mkstream=True)
    Job.calls, Job.finished = [], []
    Job.seconds, Job.bad, Job.hold = seconds, set(bad), hold
    Job.let_go.clear()
    for name in NAMES[:workers]:
        start(name)


@lab.trigger
def give(jobs: list) -> None:
    """Put jobs on the stream."""
    for job in jobs:
        parts.client.xadd("jobs", fields_of(job))


def fields_of(job):
    """What stands in a job's entry."""
    return {"job": job, "note": f"note of {job}", "to": f"{job}@example.org"}


@lab.trigger
def begun(worker: str) -> bool:
    """Wait until a worker has begun a job."""
    return wait(lambda: any(one[1] == worker for one in list(Job.calls)), 5)


@lab.trigger
def start(worker: str) -> None:
    """One worker more."""
    if worker in parts.workers:
        parts.workers[worker].restart()
    else:
        parts.workers[worker] = start_worker(worker)


@lab.trigger
def kill(worker: str) -> list:
    """SIGKILL; what it had on its list."""
    parts.workers[worker].kill()
    rows = parts.client.xpending_range("jobs", "workers", "-", "+", 1000, worker)
    Job.let_go.set()
    return [row["message_id"] for row in rows]


@lab.trigger
def pile_up(jobs: list) -> None:
    """Somebody reads all of these jobs, who dies of it; nobody else has a chance to."""
    pipeline = parts.client.pipeline(transaction=True)
    for job in jobs:
        pipeline.xadd("jobs", fields_of(job))
    pipeline.xreadgroup("workers", "worker-9", {"jobs": ">"}, count=len(jobs))
    pipeline.execute()


@lab.trigger
def left_by_others(tries: dict) -> None:
    """Jobs that others have had so often, all of them dead for long."""
    pipeline = parts.client.pipeline(transaction=True)
    for job in tries:
        pipeline.xadd("jobs", fields_of(job))
    pipeline.xreadgroup("workers", "worker-9", {"jobs": ">"}, count=len(tries))
    entries = pipeline.execute()[: len(tries)]
    for entry, count in zip(entries, tries.values(), strict=True):
        parts.client.xclaim(
            "jobs", "workers", "worker-9", 0, [entry], idle=60_000, retrycount=count, justid=True
        )  # fmt: skip


@lab.trigger
def kill_after(commands: int, job: str) -> bool:
    """Leave a job that was tried often enough; kill its worker after so many commands for it.

    Whether it came to that; then another worker comes.
    """
    parts.trap.arm(job, commands)
    left_by_others({job: ATTEMPTS})
    wait(lambda: parts.trap.sprung.is_set() or not unfinished(), 8)
    if parts.trap.disarm():
        return False
    wait(parts.trap.sprung.is_set, 5)  # the trap has closed just now
    parts.workers["worker-1"].end()
    make_old()
    start("worker-1")
    return True


def make_old() -> None:
    """Whatever is not acknowledged has not been for long."""
    for row in parts.client.xpending_range("jobs", "workers", "-", "+", 100):
        parts.client.xclaim(
            "jobs", "workers", row["consumer"], 0, [row["message_id"]], idle=60_000,
            retrycount=row["times_delivered"], justid=True,
        )  # fmt: skip


@lab.trigger
def keep_alive(old: str, new: list) -> dict:
    """Somebody who lives has an old job until all the new ones are done; then dies.

    How late the old one was begun after that, and for how long nobody showed a sign of life.
    """
    pile_up([old])
    (row,) = parts.client.xpending_range("jobs", "workers", "-", "+", 1)
    give(new)
    seen, gaps, deadline = time.monotonic(), [], time.monotonic() + 8
    while time.monotonic() < deadline:
        parts.client.xclaim(
            "jobs", "workers", "worker-9", 0, [row["message_id"]], retrycount=1, justid=True
        )
        last, seen = seen, time.monotonic()
        gaps.append(seen - last)
        if set(new) <= set(Job.finished):
            break
        time.sleep(0.1)
    done = sorted(set(new) & set(Job.finished))
    wait(lambda: any(job == old for job, _, _ in list(Job.calls)), 8)
    begun = [at for job, _, at in Job.calls if job == old]
    return {"done": done, "gap": max(gaps), "after": begun[0] - last if begun else None}


@lab.trigger
def settle(seconds: float = 10, still: int = 0) -> dict:
    """Wait until nothing is left to do but so many jobs; what has happened then."""
    wait(lambda: unfinished() <= still, seconds)
    dead = [fields for _, fields in parts.client.xrange("jobs.dead")]
    return {
        "unfinished": unfinished(), "finished": sorted(Job.finished), "dead": dead,
        "calls": [[job, worker] for job, worker, _ in Job.calls],
        "running": [name for name, one in parts.workers.items() if one.is_running],
    }  # fmt: skip


@lab.trigger
def tried_again(job: str, seconds: float = 5) -> bool:
    """Wait until a job is begun for the second time."""
    return wait(lambda: sum(one[0] == job for one in list(Job.calls)) > 1, seconds)


@lab.trigger
def keep_coming(old: list, seconds: float = 5) -> dict:
    """New jobs, so that there is always one; until an old one is begun, or for so long."""
    names = (f"new-{number}" for number in itertools.count())
    given: list = []

    def is_begun() -> bool:
        if unread() < 20:
            given.extend(itertools.islice(names, 20))
            give(given[-20:])
        return any(job in old for job, _, _ in list(Job.calls))

    return {"begun": wait(is_begun, seconds), "given": given}


def unread() -> int:
    """Jobs that nobody had yet."""
    return int(parts.client.xinfo_groups("jobs")[0]["lag"] or 0)


def unfinished() -> int:
    """Jobs that are not acknowledged, or not even read."""
    group = parts.client.xinfo_groups("jobs")[0]
    return int(group["pending"]) + int(group["lag"] or 0)


def wait(claim: object, seconds: float) -> bool:
    """Whether it became true in time."""
    try:
        return bool(lab.until(claim, seconds, "it"))
    except LabError:
        return False
