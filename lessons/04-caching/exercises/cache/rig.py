"""A real Redis that can be killed, paused and filled, and an origin that counts."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

from lab import Lab

lab = Lab()
parts = SimpleNamespace()


class Origin(BaseHTTPRequestHandler):
    """Answers every question with what the test wants to hear, and counts."""

    calls = 0
    answer: object = None
    in_turn: ClassVar[list[object]] = []
    works = True

    def do_POST(self) -> None:
        """One question."""
        Origin.calls += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(Origin.in_turn.pop(0) if Origin.in_turn else Origin.answer).encode()
        self.send_response(200 if Origin.works else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


@lab.setup
def start() -> None:
    """Start both and say where they are."""
    parts.redis = redis = lab.redis()
    origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    lab.publish(redis_url=redis.learner_url, origin_port=origin.server_address[1])


@lab.trigger
def fresh() -> None:
    """Everything works, nothing is remembered."""
    parts.redis.resume()
    if not parts.redis.is_running:
        parts.redis.restart()
    client = parts.redis.client()
    client.config_set("maxmemory", "48mb")
    client.config_set("min-replicas-to-write", 0)
    client.flushall()
    Origin.calls, Origin.answer, Origin.works, Origin.in_turn = 0, None, True, []


@lab.trigger
def say(answer: object = None, works: bool = True) -> None:
    """What the origin answers from now on."""
    Origin.answer, Origin.works = answer, works


@lab.trigger
def say_in_turn(answers: list[object]) -> None:
    """What the origin answers to the next questions, one each."""
    Origin.in_turn = answers


@lab.trigger
def calls() -> int:
    """How often the origin was asked since the last time this was called."""
    counted, Origin.calls = Origin.calls, 0
    return counted


@lab.trigger
def lifetimes() -> list[int]:
    """How long each copy in Redis still lives, in ms; -1 is for ever; no Redis, no copies."""
    if not parts.redis.is_running:
        return []
    client = parts.redis.client()
    return [client.pttl(key) for key in client.scan_iter()]


@lab.trigger
def shorten(ms: int) -> None:
    """Let every copy live for so long from now on, as if most of its time were over."""
    client = parts.redis.client()
    for key in client.scan_iter():
        client.pexpire(key, ms)


@lab.trigger
def expire() -> None:
    """Let the time of every copy run out now."""
    if not parts.redis.is_running:
        return
    client = parts.redis.client()
    for key in client.scan_iter():
        client.pexpire(key, 1)
    lab.until(lambda: client.dbsize() == 0, 5, "the end of all copies")


@lab.trigger
def break_redis(how: str = "kill") -> None:
    """Kill it, pause it, leave it no memory to store anything, or let it refuse to write."""
    if how == "kill":
        parts.redis.kill()
    elif how == "pause":
        parts.redis.pause()
    elif how == "fill":
        parts.redis.client().config_set("maxmemory", 1)
    else:
        parts.redis.client().config_set("min-replicas-to-write", 1)


@lab.trigger
def mend_redis() -> None:
    """Resume or restart it; a restarted Redis is empty."""
    parts.redis.resume()
    if not parts.redis.is_running:
        parts.redis.restart()
    parts.redis.client().config_set("maxmemory", "48mb")
