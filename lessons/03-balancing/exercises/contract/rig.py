"""nginx with the learner's file and two worker processes, before four real backends."""

import contextlib
import http.client
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from pasted import misplaced

from lab import Lab
from lab.errors import LabError, SubmissionFault
from lab.family import children, is_stopped

lab = Lab()
NAMES = "abcd"
CLIENT_SECONDS = 4
MOST_WAITING = 200  # connections to a frozen backend, before nobody more gets in
MIDDLE = (0.2, 0.7)  # of a second: nginx counts whole ones
ports, backends = {}, {}
nginx = None


@lab.setup
def start():
    """Four backends, and nginx if it takes the file."""
    global nginx  # noqa: PLW0603  the rig has one
    if why := misplaced(lab.submitted("nginx.conf")):
        raise SubmissionFault(f"nginx.conf: {why}.")
    ports.update({name: lab.free_port() for name in NAMES})
    with ThreadPoolExecutor() as pool:
        backends.update(zip(NAMES, pool.map(start_backend, NAMES), strict=True))
    try:
        nginx = lab.nginx(lab.submitted("nginx.conf"), workers=2, **addresses())
    except SubmissionFault:
        raise
    except LabError as error:
        raise SubmissionFault(f"nginx took the file and does not serve with it: {error}") from error


def start_backend(name):
    """A backend, as a program of its own."""
    argv = ["python", "shop.py", str(ports[name])]
    return lab.process(name, argv, role="app", tier=2, ready=ports[name])


def addresses():
    """What the learner's file leaves open."""
    return {name: f"127.0.0.1:{port}" for name, port in ports.items()}


def fresh():
    """All backends run and are well, all counts are zero."""
    for backend in backends.values():
        backend.resume() if backend.is_running else backend.restart()
    for name in NAMES:
        tell(name, mood="well", zero=True)
    nginx.reload(lab.submitted("nginx.conf"), **addresses())


def tell(name, **what):
    """Change a backend, or read what it has seen, by its control: nginx cannot reach that."""
    return backends[name].tell(**what)


def counts(what):
    """What every backend that answers has counted."""
    return {name: tell(name)[what] for name in NAMES if backends[name].is_running}


def seen(method="", names=NAMES):
    """Who was asked when, the earliest first: (when, name)."""
    running = [name for name in names if backends[name].is_running]
    told = [(at, name, of) for name in running for at, of in tell(name)["seen"]]
    return [(at, name) for at, name, of in sorted(told) if not method or of == method]


def strike(victims, how):
    """Something happens to some backends."""
    for name in victims:
        if how == "killed":
            backends[name].kill()
        elif how in ("frozen", "full"):
            backends[name].pause()
        else:
            tell(name, mood=how)


def ask(connection, method="GET"):
    """The status of one request on a connection; 0 when there was no answer."""
    try:
        connection.request(method, "/", body=b"order" if method == "POST" else None)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return answer.status


def connection():
    """A connection to nginx; the process that takes it keeps it."""
    return http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=CLIENT_SECONDS)


def once(method="GET"):
    """The status of one request on a connection of its own."""
    with contextlib.closing(connection()) as new:
        return ask(new, method)


def lines():
    """A connection to each worker process; five requests, a round, have gone over them."""
    pids = lab.until(both_processes, 5, "two worker processes")
    both = [connection_to(pid, pids) for pid in sorted(pids)]
    for line in [*both, both[0]]:
        ask(line)
    return both


def connection_to(pid, pids):
    """A connection that one process has taken, since the other was stopped meanwhile."""
    line, others = connection(), pids - {pid}
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        lab.until(lambda: all(map(is_stopped, others)), 5, "the other process at rest")
        ask(line)
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)
    return line


def both_processes():
    """The pids of the worker processes that are there to stay, once there are two."""
    found = {pid for pid, title in children(nginx.pid).items() if "shutting down" not in title}
    return found if len(found) == 2 else None


@lab.trigger
def shares(turns: list):
    """Requests, each by the process that is named: which backends were asked, in their order."""
    fresh()
    both = lines()
    before = len(seen())
    for process in turns:
        ask(both[process])
    return [name for _, name in seen()[before:]]


@lab.trigger
def outage(victims: list, how: str, requests: int, method: str = "GET"):
    """Some backends are struck, then requests come: what became of them."""
    fresh()
    strike(victims, how)
    statuses, waits = [], []
    with contextlib.ExitStack() as crowd:
        if how == "full":
            crowd.callback(close_all, [one for name in victims for one in crowded(name)])
        for _ in range(requests):
            started = time.monotonic()
            statuses.append(once(method))
            waits.append(time.monotonic() - started)
    if how in ("frozen", "full"):
        for name in victims:
            backends[name].resume()
        lab.until(lambda: all(tell(name) for name in victims), 10, "backends that go on")
        time.sleep(0.3)  # what waited in their sockets is read now
    done = counts("done")
    return {
        "statuses": statuses,
        "done": {name: done.get(name, 0) for name in NAMES},
        "seen": len(seen(method.lower())),
        "longest": [round(wait, 2) for wait in sorted(waits, reverse=True)[:2]],
    }


def crowded(name):
    """Connections that fill the door of a frozen backend until nobody more gets in."""
    waiting = []
    while len(waiting) < MOST_WAITING:
        one = socket.socket()
        one.settimeout(0.25)
        waiting.append(one)
        try:
            one.connect(("127.0.0.1", ports[name]))
        except TimeoutError:
            return waiting
    raise LabError(f"{MOST_WAITING} connections did not fill {name}'s door")


def close_all(sockets):
    """Close them."""
    for one in sockets:
        one.close()


@lab.trigger
def left_alone(victim: str, how: str, requests: int, patience: float):
    """A backend fails everybody: how often it was asked, and when it was asked again."""
    for _ in range(4):  # nginx counts whole seconds: both failures must come in the middle of one
        asked, failed_at = struck(victim, how, requests)
        if failed_at is None or MIDDLE[0] < failed_at % 1 < MIDDLE[1] + 0.15:
            break
    if failed_at is None or not patience:
        return {"asked": asked, "again_after": None}
    again = None
    while again is None and time.time() < failed_at + patience:
        for _ in range(5):
            once()
        again = next((at for at, _ in seen("", [victim])[asked:]), None)
        time.sleep(0.05)
    return {"asked": asked, "again_after": again and round(again - failed_at, 2)}


def struck(victim, how, requests):
    """How often a backend that fails was asked, by both processes, and when it failed twice."""
    fresh()
    both = lines()
    lab.until(lambda: MIDDLE[0] < time.time() % 1 < MIDDLE[1], 5, "the middle of a second")
    tell(victim, mood=how, zero=True)
    for n in range(requests):
        ask(both[n % 2])
    asked = seen("", [victim])
    return len(asked), asked[1][0] if len(asked) > 1 else None


@lab.trigger
def order_under_way(victim: str, how: str):
    """Everybody orders; one backend writes the order down and fails."""
    fresh()
    strike([victim], how)
    statuses = [once("POST") for _ in range(10)]
    orders = [name for _, name in seen("post")]
    return {"sent": 10, "statuses": statuses, "orders": len(orders), "failed": orders.count(victim)}


@lab.trigger
def connections(requests: int, clients: int):
    """Many requests, some at a time: connections that the backends saw."""
    fresh()
    with ThreadPoolExecutor(clients) as pool:
        statuses = list(pool.map(lambda _: once(), range(requests)))
    return {
        "well": statuses.count(200),
        "done": sum(counts("done").values()),
        "connections": sum(counts("connections").values()),
    }
