"""Redis, an origin that counts, three processes of the learner's program, and the crowd."""

import asyncio
import contextlib
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

from slow_origin import Origin
from tap import Tap
from visitors import PATIENCE_SECONDS, visit, visit_all

from lab import Lab
from lab.errors import SubmissionFault

lab = Lab()
parts = SimpleNamespace(gates={}, visitors=ThreadPoolExecutor(24))
APPS = ("app-1", "app-2", "app-3")
LONGEST_HOLD = 0.3  # longer, and a client would take Redis for dead


@lab.setup
def start() -> None:
    """Start everything; the learner's program three times, each behind a tap of its own."""
    parts.origin = Origin()
    parts.redis = lab.redis()
    parts.ports = {name: lab.free_port() for name in APPS}
    parts.apps = {name: start_app(name) for name in APPS}


def start_app(name: str) -> object:
    """One process of the learner's."""
    port, redis = parts.ports[name], parts.redis
    tap = Tap(redis.port, partial(asked, name), partial(answered, name))
    lab.publish(redis_url=tap.url(redis.learner_url), origin_port=parts.origin.port)
    argv = ["python", "stampede.py", str(port)]
    return lab.submission(name, argv, role="app", tier=1, ready=port)


@lab.trigger
def fresh(mark: str, delay: float = 0.3) -> None:
    """Everything runs, nothing is remembered, and the origin says something new."""
    parts.gates.clear()
    if not parts.redis.is_running:
        parts.redis.restart()
    for app in parts.apps.values():
        if not app.is_running:
            app.restart()
    parts.origin.holding.clear()
    if not is_soon(lambda: parts.origin.asking == 0, 10):
        raise SubmissionFault("its processes go on asking the origin, though nobody visits them")
    parts.redis.client().flushall()
    parts.origin.renew(mark, delay)


@lab.trigger
def crowd(keys: list[str], each: int = 15, spread: float = 0.0) -> dict[str, object]:
    """So many visitors for each key, over all apps, at once or one after the other.

    What they got, and who was asked. What was asked for under other names counts too.
    """
    wanted = [key for _ in range(each) for key in keys]
    started = time.monotonic()
    answers = asyncio.run(visit_all(wanted, [parts.ports[app] for app in APPS], spread))
    seconds = time.monotonic() - started
    right = sum(
        body == parts.origin.product(key) for key, body in zip(wanted, answers, strict=True)
    )
    return {
        "asked": len(wanted), "right": right, "unanswered": answers.count(None),
        "seconds": round(seconds, 3),
        "calls": dict(parts.origin.calls), "reads": parts.origin.calls.total(),
    }  # fmt: skip


@lab.trigger
def holder_dies(key: str, each: int) -> dict[str, object]:
    """A visitor comes to app-1; while it asks the origin, others come, and app-1 is killed.

    How long they wait for one of them to ask, from when they came.
    """
    first = send(key, "app-1")
    has_asked = is_soon(lambda: parts.origin.calls[key])
    started = time.monotonic()
    others = [send(key, APPS[1 + n % 2]) for n in range(each)]
    parts.apps["app-1"].kill()
    first.result(PATIENCE_SECONDS + 1)
    found = counted(key, others, 0)
    waited = round(parts.origin.last_asked - started, 3)
    return {**found, "happened": has_asked, "waited": waited,
            "reads": parts.origin.calls.total() - 1}  # fmt: skip


@lab.trigger
def late_comer(key: str) -> dict[str, object]:
    """Somebody misses in app-3; before app-3 hears of it, app-1 has rebuilt the copy."""
    gate = parts.gates["app-3"] = Gate(lambda _data, has_asked: has_asked, key)
    late = send(key, "app-3")
    is_held = gate.caught.wait(3)
    started = time.monotonic()
    early = send(key, "app-1")
    with contextlib.suppress(TimeoutError):
        early.result(LONGEST_HOLD)
    gate.open.set()
    held = time.monotonic() - started
    answers = [one.result(PATIENCE_SECONDS + 1) for one in (early, late)]
    right = sum(one == parts.origin.product(key) for one in answers)
    return {"valid": is_held and held < LONGEST_HOLD, "right": right, "asked": 2,
            "reads": parts.origin.calls.total()}  # fmt: skip


@lab.trigger
def second_owner(key: str, app: str) -> dict[str, object]:
    """The lock's time is over while app-1 asks the origin, and another visitor asks as well.

    When the first is done, and the copy ends, the second is still at it. Who comes now must wait.
    """
    parts.origin.holding |= {1, 2}
    first = send(key, "app-1")
    is_soon(lambda: parts.origin.calls[key])
    end_locks()
    second = send(key, app)
    if not is_soon(lambda: parts.origin.calls[key] >= 2, 1.5):
        parts.origin.holding.clear()  # they wait for each other: there is no second owner
        return {"happened": False, **counted(key, [first, second], 0)}
    parts.origin.holding.discard(1)
    first.exception(PATIENCE_SECONDS)
    return {"happened": True, **who_comes_now(key, [first, second])}


@lab.trigger
def release_in_two_steps(key: str) -> dict[str, object]:
    """Between app-1's look at its lock and its removal, the lock ends, and app-2 has another."""
    parts.origin.holding |= {1, 2}
    first = send(key, "app-1")
    is_soon(lambda: parts.origin.calls[key])
    tokens = [b"$%d\r\n%s\r\n" % (len(one), one) for one in values_of_locks()]
    gate = parts.gates["app-1"] = Gate(lambda data, _: any(one in data for one in tokens), key)
    parts.origin.holding.discard(1)
    is_soon(lambda: first.done() or gate.caught.is_set(), PATIENCE_SECONDS + 1)
    if not gate.caught.is_set():
        parts.origin.holding.clear()
        return {"happened": False, "valid": True, **counted(key, [first], 0)}
    started = time.monotonic()
    end_locks()
    forget(key)
    second = send(key, "app-2")
    is_soon(lambda: parts.origin.calls[key] >= 2, LONGEST_HOLD)
    gate.open.set()
    is_valid = time.monotonic() - started < LONGEST_HOLD
    first.exception(PATIENCE_SECONDS)
    return {"happened": True, "valid": is_valid, **who_comes_now(key, [first, second])}


def who_comes_now(key: str, visitors: list["Future[bytes | None]"]) -> dict[str, object]:
    """The copy ends while somebody is rebuilding it; how many more reads that costs."""
    forget(key)
    before = parts.origin.calls[key]
    visitors += [send(key, app) for app in APPS * 2]
    is_soon(lambda: parts.origin.calls[key] > before, 0.6)
    again = parts.origin.calls[key] - before
    parts.origin.holding.clear()
    return counted(key, visitors, again)


def counted(key: str, visitors: list["Future[bytes | None]"], again: int) -> dict[str, object]:
    """What the visitors got."""
    answers = [one.result(PATIENCE_SECONDS + 1) for one in visitors]
    right = sum(one == parts.origin.product(key) for one in answers)
    return {"asked": len(answers), "right": right, "unanswered": answers.count(None),
            "again": again}  # fmt: skip


def locks() -> list[str]:
    """Everything in Redis that is no copy."""
    return [one for one in parts.redis.client().scan_iter() if not one.startswith("product:")]


def end_locks() -> None:
    """Let everything end that is no copy, as if its time were over."""
    if names := locks():
        parts.redis.client().delete(*names)


def values_of_locks() -> list[bytes]:
    """What stands in them, as far as it is text."""
    client = parts.redis.client()
    texts = [client.get(one) for one in locks() if client.type(one) == "string"]
    return [one.encode() for one in texts if one]


@lab.trigger
def beside(hot: str, cold: list[str]) -> float:
    """While other products are rebuilt in every app, the seconds until a copy is served."""
    parts.redis.client().set(f"product:{hot}", parts.origin.product(hot), ex=30)
    rebuilding = [send(one, app) for one, app in zip(cold, APPS, strict=True)]
    is_soon(lambda: all(parts.origin.calls[one] for one in cold))
    started = time.monotonic()
    for one in [send(hot, app) for app in APPS]:
        one.result(PATIENCE_SECONDS + 1)
    seconds = time.monotonic() - started
    for one in rebuilding:
        one.result(PATIENCE_SECONDS + 1)
    return round(seconds, 3)


@lab.trigger
def ends_again(key: str, each: int) -> dict[str, object]:
    """As soon as there is a copy, it ends, and others come; how long they wait."""
    first = send(key, "app-1")
    first.result(PATIENCE_SECONDS + 1)
    had_copy = forget(key)
    started = time.monotonic()
    found = counted(key, [send(key, APPS[n % 3]) for n in range(each)], 0)
    seconds = round(time.monotonic() - started, 3)
    return {**found, "had_copy": had_copy, "seconds": seconds,
            "reads": parts.origin.calls.total()}  # fmt: skip


@lab.trigger
def redis_dies_midway(key: str, each: int) -> dict[str, object]:
    """A crowd waits for one rebuild, and Redis dies."""
    visitors = [send(key, APPS[n % 3]) for n in range(each)]
    is_soon(lambda: parts.origin.calls[key])
    time.sleep(0.15)  # the others come to wait
    parts.redis.kill()
    return counted(key, visitors, 0)


@lab.trigger
def forget(key: str) -> bool:
    """End a product's copy, as if its time were over; whether there was one."""
    return bool(parts.redis.client().delete(f"product:{key}"))


@lab.trigger
def shorten(key: str, ms: int) -> None:
    """Most of a copy's time is over."""
    parts.redis.client().pexpire(f"product:{key}", ms)


@lab.trigger
def copy(key: str) -> dict[str, object]:
    """A product's copy: whether it is the origin's answer, and the seconds that it still lives.

    -1 is for ever, -2 when there is none.
    """
    client, name = parts.redis.client(), f"product:{key}"
    left = client.pttl(name)
    is_text = client.type(name) == "string"
    is_right = is_text and client.get(name) == parts.origin.product(key).decode()
    return {"is_right": is_right, "lifetime": left / 1000 if left >= 0 else left}


@lab.trigger
def kill_redis() -> None:
    """Redis is gone."""
    parts.redis.kill()


class Gate:
    """Holds the first answer of Redis to an app that it is meant for, until it is opened."""

    def __init__(self, is_meant: object, key: str) -> None:
        self.is_meant, self.key = is_meant, key.encode()
        self.caught, self.open = threading.Event(), threading.Event()
        self.has_asked = False


def asked(name: str, data: bytes) -> None:
    """An app asks Redis."""
    gate = parts.gates.get(name)
    if gate is not None and gate.key in data:
        gate.has_asked = True


def answered(name: str, data: bytes) -> None:
    """Redis answers an app."""
    gate = parts.gates.get(name)
    if gate is None or gate.caught.is_set() or not gate.is_meant(data, gate.has_asked):
        return
    gate.caught.set()
    gate.open.wait(2)


def is_soon(claim: object, seconds: float = 3.0) -> bool:
    """Whether a claim becomes true within some seconds."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def send(key: str, app: str) -> "Future[bytes | None]":
    """A visitor on the way."""
    return parts.visitors.submit(lambda: asyncio.run(visit(key, parts.ports[app])))
