"""The stop-watches of the experiments: each does something to the system and measures it."""

import http.client
import itertools
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from system import System
from visitors import Seen

NAME = "app.js"
CROWDS = itertools.count(1)
PACE = 0.2  # seconds between two looks of a patient visitor


def outcomes(seen: list[Seen]) -> dict[str, int]:
    """How often each outcome came."""
    return dict(Counter(one.outcome for one in seen))


def many(system: System, region: str, count: int) -> list[Seen]:
    """Visitors of one region, eight at a time; the first comes alone."""
    first = system.visitors.visit(region, NAME)
    with ThreadPoolExecutor(8) as pool:
        return [first, *pool.map(lambda _: system.visitors.visit(region, NAME), range(count - 1))]


def watch(
    system: System, region: str, ends: Callable[[Seen], bool], seconds: float = 10
) -> tuple[list[Seen], float]:
    """Ask again and again until an answer is of another kind; all answers, and how long it took."""
    begun = time.monotonic()
    seen: list[Seen] = []

    def look() -> bool:
        seen.append(system.visitors.visit(region, NAME))
        return ends(seen[-1])

    while not look() and time.monotonic() < begun + seconds:
        time.sleep(PACE)  # a visitor's pace
    return seen, round(time.monotonic() - begun, 2)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many at once: how many were answered, and how many requests reached the origin."""

    visitors: int
    answered: int
    origin_was_asked: int


def at_once(system: System, region: str, count: int) -> Crowd:
    """So many requests for one thing, that no edge has, before any of them is answered."""
    path = f"/assets/{NAME}?crowd={next(CROWDS)}"
    port = system.edges[region].port
    lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(count)]
    system.set_origin(held=True)  # the origin answers nobody until all have come
    try:
        for line in lines:
            line.request("GET", path)
        all_have_come(system, path, count)
    finally:
        system.set_origin(held=False)
    statuses = [answer(line) for line in lines]
    asked = system.counts(path)["asked"]
    system.lab.flow(f"visitors-{region}", f"edge-{region}", count=count)
    system.lab.flow(f"edge-{region}", "origin", count=asked)
    return Crowd(count, statuses.count(200), asked)


def answer(line: http.client.HTTPConnection) -> int:
    """The status of the answer that comes on a connection."""
    try:
        reply = line.getresponse()
        reply.read()
        return reply.status
    finally:
        line.close()


def all_have_come(system: System, path: str, count: int) -> None:
    """Wait until everybody is at the origin, or nobody has come there for a second."""
    counted: list[tuple[float, int]] = []

    def settled() -> bool:
        now, waiting = time.monotonic(), int(system.counts(path)["waiting"])
        if not counted or counted[-1][1] != waiting:
            counted.append((now, waiting))
        since, latest = counted[-1]
        return latest == count or (latest > 0 and now - since > 1)

    system.lab.until(settled, 15, "the crowd's arrival at the origin")


def orders_of_a_query(count: int) -> list[str]:
    """One query of three parameters, each of its six orders equally often."""
    parts = ("lang=en", "size=2", "theme=dark")
    orders = ["&".join(one) for one in itertools.permutations(parts)]
    return [orders[n % len(orders)] for n in range(count)]


def with_queries(system: System, queries: list[str]) -> tuple[list[Seen], int]:
    """Visitors whose addresses differ only in the query; what the origin was asked."""
    seen = [system.visitors.visit("eu", NAME, query) for query in queries]
    return seen, int(system.counts()["requests"])


def with_browsers(system: System, visits: int, browsers: int) -> tuple[list[Seen], int]:
    """Visitors with different browsers; what the origin was asked."""
    seen = [
        system.visitors.visit("eu", NAME, agent=f"Browser/{n % browsers}") for n in range(visits)
    ]
    return seen, int(system.counts()["requests"])
