"""Three incidents, each a script with a seed: who comes is the same every time it is replayed."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from system import System
from visitors import USERS, Seen, Visit, p99, plan, share

HOT = 0  # the page and the user that everybody wants; both lie in shard a
OTHERS = range(1, USERS)
MENDED = 2.0  # seconds after which the stores of the storm work again
LATE_SECONDS, SOON_SECONDS = 0.06, 20.0
T = TypeVar("T")
Script = list[tuple[float, Callable[[], object]]]


@dataclass(frozen=True, slots=True)
class Signals:
    """What an operator sees of an incident, besides that it hurts."""

    visits: int
    good_percent: float
    p99_ms: float
    calls: int  # at the shards
    same_page_at_once: int  # rebuilds of one page that ran side by side, at most
    hottest_percent: float  # of all calls, for one user
    longest_line: dict[str, int]  # of waiting calls, by shard

    @property
    def calls_per_visit(self) -> float:
        """How often the stores are asked for one visitor."""
        return round(self.calls / max(self.visits, 1), 1)

    @property
    def lopsided(self) -> bool:
        """Whether one shard's line is far longer than the other's."""
        lines = sorted(self.longest_line.values())
        return lines[-1] > 5 and lines[-1] > 3 * lines[0]

    def facts(self) -> dict[str, Any]:
        """For the learner."""
        return {
            "good_percent": self.good_percent, "p99_ms": self.p99_ms,
            "visits": self.visits, "store_calls": self.calls,
            "store_calls_per_visit": self.calls_per_visit,
            "rebuilds_of_one_page_at_once": self.same_page_at_once,
            "percent_of_calls_for_one_user": self.hottest_percent,
            "longest_line": self.longest_line,
        }  # fmt: skip


def diagnose(signals: Signals) -> str:
    """Name the cause, from what is seen; the order matters: a storm has all the other signs too."""
    if signals.calls_per_visit > 2:
        return "retries"
    if signals.same_page_at_once >= 6:
        return "one_page"
    if signals.hottest_percent > 40 and signals.lopsided:
        return "one_user"
    return "more_visitors"


@dataclass(frozen=True, slots=True)
class Replay:
    """An incident as it went."""

    seen: list[Seen]
    signals: Signals
    stats: dict[str, Any]

    def good(self, claim: Callable[[Visit], bool] = lambda _: True) -> float:
        """Percent of such visits that got a good answer."""
        return share([one for one in self.seen if claim(one.visit)], lambda one: one.good) or 0.0

    def lost_by_kind(self) -> dict[str, int]:
        """How many visits of each kind got no good answer."""
        return dict(Counter(one.visit.kind for one in self.seen if not one.good))

    def failed(self, claim: Callable[[Visit], bool] = lambda _: True) -> int:
        """How many of such visits did not."""
        return sum(claim(one.visit) and not one.good for one in self.seen)


def steadily(system: System, play: Callable[[], T]) -> T:
    """Do it again, if the computer had so much else to do that the clocks in here were late."""
    begun = time.monotonic()
    result = play()
    is_late = system.crowd.late_seconds > LATE_SECONDS
    return play() if is_late and time.monotonic() < begun + SOON_SECONDS else result


def replayed(
    system: System, name: str, seconds: float,
    streams: list[tuple[float, str, Any]], script: Script = [],  # noqa: B006  never changed
) -> Replay:  # fmt: skip
    """Let the visitors of this name come; who they are depends on the seed alone."""
    source = random.Random(f"{system.lab.seed} {name}")
    visits = plan(source, seconds - 0.5, streams)
    system.tell("router", zero=True)
    seen = system.crowd.replay(visits, seconds, script)
    stats = system.lab.until(system.stats, 10, "the router's counts")
    return Replay(seen, read_signals(seen, stats), stats)


def read_signals(seen: list[Seen], stats: dict[str, Any]) -> Signals:
    """From what the visitors saw and the router counted."""
    calls = sum(stats["calls"].values())
    users = {key: count for key, count in stats["keys"].items() if key.startswith("user:")}
    pages = [most for key, most in stats["same_at_once"].items() if key.startswith("page:")]
    lines = {"a": 0, "b": 0}
    for name, longest in stats["longest"].items():
        lines[name[0]] = max(lines[name[0]], longest)
    return Signals(
        len(seen), share(seen, lambda one: one.good) or 0.0, p99(seen) or 0.0, calls,
        max(pages, default=0), round(100 * max(users.values(), default=0) / max(calls, 1), 1),
        lines,
    )  # fmt: skip


def stampede(system: System, *ways: dict[str, Any]) -> list[Replay]:
    """Everybody wants one page, and its copies are gone, at the edge and in Redis.

    Once for each way to run the system: settings, and the number of apps.
    """
    streams = [(40.0, "pages", [HOT]), (16.0, "users", range(USERS))]
    with system.calm():
        return [_once(system, way, "stampede", 2.8, streams) for way in ways]


def hot_shard(system: System, *ways: dict[str, Any]) -> list[Replay]:
    """One user is famous today, and their shard has lost a secondary."""
    streams = [(36.0, "users", [HOT]), (16.0, "users", OTHERS)]
    with system.calm():
        victim = system.secondary("a")
        victim.kill()
        system.lab.until(
            lambda: system.stats()["roles"][victim.name] == "unknown", 5, "the loss to be known"
        )
        return [_once(system, way, "hot shard", 2.8, streams) for way in ways]


def _once(system: System, way: dict[str, Any], name: str, seconds: float, streams: Any) -> Replay:
    """No copies, nobody waits; then the incident."""
    way = dict(way)
    system.staff(way.pop("workers", system.workers))
    system.use(**way)
    system.empty()
    return replayed(system, name, seconds, streams)


def retry_storm(system: System, retries: str, **mitigation: Any) -> Replay:
    """Both shards hang for two seconds; then they work again, as fast as before."""
    with system.calm(retries=retries, **mitigation):
        script: Script = [
            (0.0, lambda: system.tell("router", stalled=["a", "b"])),
            (MENDED, lambda: system.tell("router", stalled=[])),
        ]
        return replayed(system, "storm", 5.0, [(18.0, "users", range(USERS))], script)


def after_mending(visit: Visit) -> bool:
    """A visit that comes when the stores have worked again for a while."""
    return MENDED + 1 <= visit.at < MENDED + 2
