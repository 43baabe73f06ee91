"""The visitors of three regions: where they ask, and what an answer tells them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import assets
from origin import SIZES

from lab import Lab
from lab.http import Reply

# There and back again, as a visitor would wait for it. This machine has no continents: the origin
# waits that long before it answers somebody from there. An edge is near its visitors: 0.
DISTANCE_MS = {"eu": 10, "us": 90, "asia": 220}
REGIONS = tuple(DISTANCE_MS)
CDN = "https://cdn.shop.example"  # a name that leads each visitor to the nearest edge
SPARED = ("HIT", "STALE", "UPDATING")  # answered without waiting for the origin
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Seen:
    """One asset as its visitor got it."""

    status: int
    outcome: str  # what the edge says: HIT, MISS, EXPIRED, REVALIDATED, STALE ...; or ORIGIN
    ms: float
    age: int | None  # seconds since the origin last spoke about this copy
    version: int | None
    reply: Reply

    @property
    def spared(self) -> bool:
        """Whether the origin was not waited for."""
        return self.outcome in SPARED


class Visitors:
    """Everybody who asks.

    Args:
        lab: Open.
        ports: Of each region's edge.
        origin_port: Where who has no CDN asks.
    """

    def __init__(self, lab: Lab, ports: Mapping[str, int], origin_port: int) -> None:
        self.lab = lab
        self._ports = ports
        self._origin_port = origin_port
        self.environment = {"ENV": "production", "CDN_URL": CDN}
        self.fingerprints = False
        self.names: Mapping[str, str] = {}
        self.spoiled = "nothing"
        self.served = 0
        self.times = {region: lab.window(5) for region in REGIONS}
        self.outcomes = lab.window(5)
        self._spoken: dict[tuple[str, str], float] = {}  # when the origin last confirmed a copy

    def url(self, name: str) -> str:
        """What a page links to now."""
        return assets.asset_url(name, self.names if self.fingerprints else {}, self.environment)

    def visit(
        self, region: str, name: str, query: str = "", agent: str = "", *, keep: bool = False
    ) -> Seen:
        """A visitor follows a page's link."""
        url = self.url(name) + (f"?{query}" if query else "")
        headers = {"User-Agent": agent} if agent else NO_HEADERS
        return self.ask(region, url, headers=headers, keep=keep)

    def visits(self, region: str, name: str, count: int) -> list[Seen]:
        """The same, some times one after the other."""
        return [self.visit(region, name) for _ in range(count)]

    def visit_somehow(self, _number: int) -> Reply:
        """One of the visitors who come all the time."""
        draw = self.lab.random
        query, agent = self._habits()
        try:
            return self.visit(draw.choice(REGIONS), draw.choice(list(SIZES)), query, agent).reply
        finally:
            self.served += 1

    def _habits(self) -> tuple[str, str]:
        """Query and browser of a visitor: equal, unless the lesson spoils something."""
        draw = self.lab.random
        if self.spoiled == "query":
            return any_order(draw), ""
        return "", f"Browser/{draw.randint(1, 20)}" if self.spoiled == "vary" else ""

    def ask(
        self, region: str, url: str, *, headers: Mapping[str, str] = NO_HEADERS, keep: bool = False
    ) -> Seen:
        """One request from a region, to its edge or past it, as the address says."""
        path = url.removeprefix(CDN)
        via_edge = path != url  # the lab plays DNS: the CDN's name is the nearest edge
        port = self._ports[region] if via_edge else self._origin_port
        fields = {**headers, "X-Region": region, "Connection": "close"}
        reply = self.lab.http(port, path, headers=fields, timeout=20)
        seen = self._read(region, path, reply, via_edge)
        self._tell(region, path, seen, via_edge, keep)
        return seen

    # -- what an answer tells

    def _read(self, region: str, path: str, reply: Reply, via_edge: bool) -> Seen:
        outcome = reply.headers.get("x-cache") or ("PASSED" if via_edge else "ORIGIN")
        words = reply.body[:80].decode(errors="replace").split("version ")
        version = int(words[1].split()[0]) if len(words) > 1 else None
        age = self._age(region, path, outcome, reply) if via_edge and reply.status == 200 else None
        outcome = outcome if reply.ok else f"{reply.status or 'no answer'}"
        return Seen(reply.status, outcome, round(reply.ms, 2), age, version, reply)

    def _age(self, region: str, path: str, outcome: str, reply: Reply) -> int | None:
        """How old the copy is: `Age` where the edge sends it, else computed.

        nginx sends no Age. What it passes on is the origin's `Date`, from when the copy was
        made; and we know when this edge last said that the origin had confirmed it.
        """
        if "age" in reply.headers:
            return int(reply.headers["age"])
        if "date" not in reply.headers:
            return None
        now = time.time()
        if outcome == "REVALIDATED":
            self._spoken[region, path] = now
        made = parsedate_to_datetime(reply.headers["date"]).timestamp()
        spoken = max(made, self._spoken.get((region, path), 0))
        return max(0, int(now - spoken))

    def _tell(self, region: str, path: str, seen: Seen, via_edge: bool, keep: bool) -> None:
        """Remember it for the gauges, and show it."""
        visitors, edge = f"visitors-{region}", f"edge-{region}"
        self.times[region].add(seen.ms, ok=seen.reply.ok, tag=seen.outcome)
        self.outcomes.add(seen.ms, ok=seen.reply.ok, tag=seen.outcome)
        own = seen.ms if seen.spared else min(seen.ms, 1.0)
        hops = [(visitors, 0.0, f"GET {path}")]
        if via_edge:
            self.lab.flow(visitors, edge, seen.ms, ok=seen.reply.ok)
            hops.append((edge, own, seen.outcome))
        if not seen.spared:
            self.lab.flow(edge if via_edge else visitors, "origin", seen.ms, ok=seen.reply.ok)
            hops.append(("origin", seen.ms - own if via_edge else seen.ms, "far away, simulated"))
        self.lab.request(
            seen.outcome, hops, why=self._why(region, seen), ok=seen.reply.ok, ms=seen.ms, keep=keep
        )

    def _why(self, region: str, seen: Seen) -> str:
        far = f"the way to the origin and back takes {DISTANCE_MS[region]} ms (simulated)"
        age = f", age {seen.age} s" if seen.age is not None else ""
        reasons = {
            "HIT": f"this edge has a copy{age}",
            "STALE": f"an old copy{age}: the origin did not answer, or is asked meanwhile",
            "UPDATING": f"an old copy{age}: somebody else is asking the origin",
            "MISS": f"this edge has no copy; {far}",
            "EXPIRED": f"the copy's time was over and its content too; {far}",
            "REVALIDATED": f"the copy's time was over, the origin said 304: still good; {far}",
            "BYPASS": f"asked past the copy, which is replaced; {far}",
            "ORIGIN": f"the address leads to the origin itself; {far}",
            "PASSED": f"the edge may not keep this; {far}",
        }
        return reasons.get(seen.outcome, "the origin did not answer, and no copy may be used")


def any_order(draw: Any) -> str:
    """The same three parameters, in the order that they happen to come in."""
    parts = ["lang=en", "size=2", "theme=dark"]
    draw.shuffle(parts)
    return "&".join(parts)
