"""nginx with the learner's file and two worker processes, before four real backends."""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from lab import Lab
from lab.errors import LabError, SubmissionFault
from lab.family import children, is_stopped

lab = Lab()
NAMES = "abcd"
CLIENT_SECONDS = 4
ports, backends = {}, {}
nginx = None


@lab.setup
def start():
    """Four backends, and nginx if it takes the file."""
    global nginx  # noqa: PLW0603  the rig has one
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
    """This file as a program of its own."""
    argv = ["python", "rig.py", name, str(ports[name])]
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
    """Change a backend, or read its counts, past nginx."""
    reply = lab.http(ports[name], "/_", method="PUT", body=json.dumps(what).encode())
    return json.loads(reply.body) if reply.ok else {}


def counts(what):
    """A count of every backend that answers."""
    return {name: tell(name).get(what, 0) for name in NAMES if backends[name].is_running}


def strike(victims, how):
    """Something happens to some backends."""
    for name in victims:
        if how == "killed":
            backends[name].kill()
        elif how == "frozen":
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
def shares(rounds: int):
    """Rounds of five requests, by both processes in turn: what each backend got of each round."""
    fresh()
    both, seen, before = lines(), [], counts("requests")
    asked = 0
    for _ in range(rounds):
        for _ in range(5):
            ask(both[asked % 2])
            asked += 1
        now = counts("requests")
        seen.append({name: now[name] - before[name] for name in NAMES})
        before = now
    return seen


@lab.trigger
def outage(victims: list, how: str, requests: int, method: str = "GET"):
    """Some backends are struck, then requests come: what became of them."""
    fresh()
    strike(victims, how)
    begun = counts("done") if how != "frozen" else {}
    statuses, longest = [], 0.0
    for _ in range(requests):
        started = time.monotonic()
        statuses.append(once(method))
        longest = max(longest, time.monotonic() - started)
    for name in victims:
        if how == "frozen":
            backends[name].resume()
    done = counts("done")
    return {
        "statuses": statuses,
        "done": {name: done.get(name, 0) - begun.get(name, 0) for name in NAMES},
        "orders": sum(counts("orders").values()),
        "longest": round(longest, 2),
    }


@lab.trigger
def left_alone(victim: str, requests: int, patience: float):
    """A backend hangs up on everybody: how often it was asked, and when it was asked again."""
    fresh()
    both = lines()
    tell(victim, mood="hangs up")
    before, begun = tell(victim)["requests"], time.monotonic()
    for n in range(requests):
        ask(both[n % 2])
    asked = tell(victim)["requests"] - before

    def asked_again():
        ask(both[0])
        return tell(victim)["requests"] > before + asked or time.monotonic() > begun + patience

    lab.until(asked_again, patience + 10, "the end of the wait")
    again = tell(victim)["requests"] > before + asked
    return {"asked": asked, "again_after": round(time.monotonic() - begun, 2) if again else None}


@lab.trigger
def order_under_way(victim: str):
    """Everybody orders once; one backend writes the order down and hangs up."""
    fresh()
    strike([victim], "hangs up")
    statuses = [once("POST") for _ in range(5)]
    return {"sent": 5, "statuses": statuses, "orders": counts("orders")}


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


class Backend:
    """A small web server that counts, and falls ill when told to."""

    def __init__(self):
        self.mood = "well"
        self.counts = dict.fromkeys(("requests", "done", "orders", "connections"), 0)

    async def talk(self, reader, writer):
        """Answer requests on one connection."""
        known = False
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = head.partition("content-length:")[2].split("\r\n")[0].strip() or 0
                body = await reader.readexactly(int(length))
                if head.startswith("put /_ "):
                    answer = self.told(json.loads(body))
                else:
                    self.counts["connections"] += not known
                    known, answer = True, await self.answer(head)
                keeps = " http/1.1" in head and "connection: close" not in head
                if answer is None or not await self.send(writer, *answer, keeps):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has closed
        finally:
            writer.close()

    def told(self, what):
        """The rig changes or reads something."""
        self.mood = what.get("mood", self.mood)
        if what.get("zero"):
            self.counts = dict.fromkeys(self.counts, 0)
        return 200, json.dumps(self.counts)

    async def answer(self, head):
        """Status and body, or None to hang up."""
        self.counts["requests"] += 1
        if self.mood == "unwell":
            return 503, "unwell"
        self.counts["orders"] += head.startswith("post ")
        await asyncio.sleep(0.002)
        if self.mood == "hangs up":
            return None
        self.counts["done"] += 1
        return 200, "done"

    async def send(self, writer, status, text, keeps):
        """Write an answer; whether the connection stays open."""
        word = "keep-alive" if keeps else "close"
        head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(text)}\r\nConnection: {word}\r\n\r\n"
        writer.write((head + text).encode())
        await writer.drain()
        return keeps


async def serve(port):
    """Serve until killed."""
    server = await asyncio.start_server(Backend().talk, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[2])))
