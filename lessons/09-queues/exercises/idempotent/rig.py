"""Two workers of the learner's, a queue that delivers twice, and a mail server that counts."""

import contextlib
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
NAMES = ("worker-1", "worker-2")


class Mail(BaseHTTPRequestHandler):
    """Sends nothing, counts everything, and can be broken or slow to answer."""

    mode = "works"  # or broken; before: takes no mail and does not answer; after: takes it
    sent: ClassVar[list] = []
    keys: ClassVar[set] = set()
    asked: ClassVar[set] = set()  # texts that somebody wanted sent
    holding = threading.Event()  # somebody waits for an answer
    let_go = threading.Event()
    lock = threading.Lock()

    def do_POST(self) -> None:
        """One mail."""
        mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mode = Mail.mode
        Mail.asked.add(mail.get("text"))
        if mode in ("works", "after"):
            self.take(mail)
        if mode in ("before", "after"):
            Mail.holding.set()
            Mail.let_go.wait(10)
        self.send_response(200 if mode in ("works", "after") else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def take(self, mail: dict) -> None:
        """Send it, unless its key was there before."""
        with Mail.lock:
            key = mail.get("key")
            if key is None or key not in Mail.keys:
                Mail.sent.append([mail.get("to"), mail.get("text")])
            if key is not None:
                Mail.keys.add(key)

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


def kill_first() -> None:
    """The worker that runs alone."""
    parts.workers["worker-1"].kill()


@lab.setup
def start() -> None:
    """Start everything; the workers find Redis behind the trap."""
    parts.redis = redis = lab.redis()
    mail = ThreadingHTTPServer(("127.0.0.1", 0), Mail)
    threading.Thread(target=mail.serve_forever, daemon=True).start()
    parts.trap = Trap(redis.port, kill_first)
    url = redis.learner_url.replace(f":{redis.port}/", f":{parts.trap.port}/")
    lab.publish(redis_url=url, mail_port=mail.server_address[1])
    parts.workers = {"worker-1": start_worker("worker-1")}
    parts.is_crowded = False


def start_worker(name: str) -> object:
    """One process of the learner's."""
    client = parts.redis.client()
    return lab.submission(
        name, ["python", "handler.py", name], role="worker", tier=1,
        ready=lambda: client.exists(f"ready:{name}"),
    )  # fmt: skip


@lab.trigger
def fresh(balances: dict, workers: int = 1) -> None:
    """No jobs, no mails, these accounts; only so many workers take jobs."""
    works_again()
    parts.trap.disarm()
    client = parts.redis.client()
    if workers > 1 or parts.is_crowded or left(client):
        for worker in parts.workers.values():
            worker.end()
        wait_for_silence(client)
    client.flushall()
    Mail.sent, Mail.keys, Mail.asked = [], set(), set()
    for customer, balance in balances.items():
        client.set(f"balance:{customer}", balance)
    for name in NAMES[:workers]:
        if name not in parts.workers:
            parts.workers[name] = start_worker(name)
        elif not parts.workers[name].is_running:
            parts.workers[name].restart()
    parts.is_crowded = workers > 1


def wait_for_silence(client: object) -> None:
    """Wait until Redis has noticed that all workers are dead: it would give them jobs otherwise."""

    def is_silent() -> bool:
        return all(one["user"] != "learner" for one in client.client_list())

    lab.until(is_silent, 5, "the end of the workers' connections")


@lab.trigger
def give(jobs: list) -> None:
    """Put jobs into the queue, as they are."""
    parts.redis.client().rpush("jobs", *(json.dumps(job) for job in jobs))


@lab.trigger
def set_mail(mode: str) -> None:
    """works, broken, or hold whoever asks, before or after the mail is sent."""
    Mail.holding.clear()
    Mail.let_go.clear()
    Mail.mode = mode


@lab.trigger
def held(seconds: float = 5) -> bool:
    """Whether somebody came and waits for the mail server's answer."""
    return Mail.holding.wait(seconds)


@lab.trigger
def stays(seconds: float) -> bool:
    """Whether the queue still has a job after a while, during which it was tried."""
    client = parts.redis.client()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and left(client):
        time.sleep(0.02)
    return bool(left(client))


def left(client: object) -> int:
    """How many jobs are in the queue or with a worker, counted at one instant."""
    pipeline = client.pipeline()
    for name in ("jobs", *(f"taken:{one}" for one in NAMES)):
        pipeline.llen(name)
    return sum(pipeline.execute())


@lab.trigger
def are_asked(texts: list, seconds: float = 8) -> bool:
    """Whether the mail server was asked to send all of these."""
    with contextlib.suppress(LabError):
        return bool(lab.until(lambda: set(texts) <= Mail.asked, seconds, "it"))
    return False


@lab.trigger
def time_passes() -> None:
    """Whatever has a time to live in Redis has lived as long as that."""
    client = parts.redis.client()
    for key in client.keys("*"):
        if client.pttl(key) >= 0:
            client.delete(key)


@lab.trigger
def kill() -> None:
    """SIGKILL for the only worker; then it starts anew, and its jobs go back into the queue."""
    parts.workers["worker-1"].kill()
    revive("worker-1")


@lab.trigger
def kill_after(commands: int, job: dict) -> bool:
    """Give a job, and kill its worker when Redis has done so many commands of it.

    Whether it came to that; the worker runs again and the job is back in the queue.
    """
    trap = parts.trap
    trap.arm(job["id"], commands)
    give([job])
    client = parts.redis.client()

    def is_over() -> bool:
        return trap.sprung.is_set() or not left(client)

    lab.until(is_over, 10, "the job's end or the worker's")
    if trap.disarm():
        return False
    lab.until(trap.sprung.is_set, 10, "the worker's end")  # the trap has closed just now
    revive("worker-1")
    return True


def revive(worker: str) -> None:
    """Start it anew; what it had taken goes back into the queue."""
    works_again()
    client = parts.redis.client()
    wait_for_silence(client)
    client.delete(f"ready:{worker}")
    parts.workers[worker].restart()
    while client.lmove(f"taken:{worker}", "jobs", "LEFT", "RIGHT"):
        pass


@lab.trigger
def works_again() -> None:
    """The mail server takes mails; whoever it kept waiting gets an answer."""
    Mail.mode = "works"
    Mail.let_go.set()


@lab.trigger
def settle(seconds: float = 25) -> dict:
    """Wait until nothing is left to do; what has happened then."""
    client = parts.redis.client()
    with contextlib.suppress(LabError):  # the test says that jobs are left
        lab.until(lambda: not left(client), seconds, "an empty queue")
    balances = {
        key.removeprefix("balance:"): int(client.get(key)) for key in client.keys("balance:*")
    }
    taken = {f"taken:{name}" for name in NAMES}
    foreign = [
        key
        for key in client.keys("*")
        if key.startswith(("jobs", "taken:")) and key not in {"jobs", *taken}
    ]
    return {
        "left": left(client), "balances": balances, "mails": sorted(map(list, Mail.sent)),
        "foreign": sorted(foreign),
    }  # fmt: skip
