"""What nginx does around a choice: tries, failures, backups; on any clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from selection import Ring, Server, ip_hash, least_connections, plain_hash, smooth

MOST_MISSES = 21  # of a hash, before nginx takes whose turn it is
IDEMPOTENT = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")
NEVER_A_FAILURE = (403, 404)

Outcome = int | str  # a status, or: refused, reset (after it was sent), timeout
Answers = Callable[[Server], Outcome]


@dataclass(frozen=True)
class Answer:
    """What the client got, and whom nginx asked for it."""

    status: int
    servers: tuple[str, ...]
    statuses: tuple[int, ...]


class Upstream:
    """An upstream block.

    Args:
        servers: Its `server` lines.
        method: `""`, `least_conn`, `ip_hash`, `hash` or `hash consistent`.
        retry: `proxy_next_upstream`.
        most_tries: `proxy_next_upstream_tries`; 0 means as many as there are servers.
        name: What `$upstream_addr` says when nobody could be asked.
    """

    def __init__(
        self,
        servers: Sequence[Server],
        method: str = "",
        retry: str = "error timeout",
        most_tries: int = 0,
        name: str = "app",
    ) -> None:
        self.name = name
        self._method = method
        self._retry = retry.split()
        self._primaries = [server for server in servers if not server.backup]
        self._backups = [server for server in servers if server.backup]
        self._is_single = len(servers) == 1
        self._tries = most_tries or sum(not server.down for server in servers)
        self._ring = Ring(self._primaries) if method == "hash consistent" else None

    def ask(self, answers: Answers, now: float, method: str = "GET", key: str = "") -> Answer:
        """Play one request to its end: choose, ask, and choose again where that is allowed."""
        asked: list[Server] = []
        statuses: list[int] = []
        while True:
            server = self.take(now, key, asked)
            if server is None:
                return self._answer(502, asked, [*statuses, 502], nobody=True)
            asked.append(server)
            outcome = answers(server)
            statuses.append(status_of(outcome))
            goes_on = len(asked) < self._tries and self._may_go_on(outcome, method)
            self.release(server, now, self._is_failure(outcome, goes_on))
            if not goes_on:
                return self._answer(statuses[-1], asked, statuses)

    def take(self, now: float, key: str = "", asked: Sequence[Server] = ()) -> Server | None:
        """Choose a server and count a connection to it; None when none can be used."""
        for group in (self._primaries, self._backups):
            usable = [one for one in group if one not in asked and self._is_usable(one, now)]
            if usable:
                chosen = self._choose(usable, key, group)
                if int(now) - chosen.checked > chosen.fail_timeout:
                    chosen.checked = int(now)
                chosen.connections += 1
                return chosen
        return None

    def release(self, server: Server, now: float, failed: bool = False) -> None:
        """The server has answered, or failed to."""
        server.connections -= 1
        if self._is_single:
            return
        if failed:
            server.fails += 1
            server.accessed = server.checked = int(now)
            if server.max_fails:
                lost = server.weight // server.max_fails
                server.effective = max(server.effective - lost, 0)
        elif server.accessed < server.checked:
            server.fails = 0  # its time was over, somebody asked, and it works

    def _is_usable(self, server: Server, now: float) -> bool:
        if server.down or 0 < server.max_conns <= server.connections:
            return False
        if self._is_single or not server.max_fails or server.fails < server.max_fails:
            return True
        return int(now) - server.checked > server.fail_timeout

    def _choose(self, usable: Sequence[Server], key: str, group: Sequence[Server]) -> Server:
        if self._method == "least_conn":
            return least_connections(usable)
        candidates = self._candidates(key, group) if group is self._primaries else iter(())
        found = (one for one in islice(candidates, MOST_MISSES) if one in usable)
        return next(found, None) or smooth(usable)

    def _candidates(self, key: str, group: Sequence[Server]) -> Iterator[Server]:
        if not key or len(group) < 2:
            return iter(())
        if self._ring is not None:
            return self._ring.at(key)
        by_name = {"ip_hash": ip_hash, "hash": plain_hash}
        return by_name[self._method](key, group) if self._method in by_name else iter(())

    def _may_go_on(self, outcome: Outcome, method: str) -> bool:
        """Whether another server may be asked after this outcome."""
        was_sent = outcome != "refused"
        if was_sent and method not in IDEMPOTENT and "non_idempotent" not in self._retry:
            return False
        return reason(outcome) in self._retry

    def _is_failure(self, outcome: Outcome, goes_on: bool) -> bool:
        """Whether the server is to blame: a status is, if another server is asked for it."""
        if isinstance(outcome, str):
            return True
        return goes_on and outcome not in NEVER_A_FAILURE

    def _answer(
        self, status: int, asked: list[Server], statuses: list[int], *, nobody: bool = False
    ) -> Answer:
        names = [server.name for server in asked] + ([self.name] if nobody else [])
        return Answer(status, tuple(names), tuple(statuses))


def status_of(outcome: Outcome) -> int:
    """What `$upstream_status` says."""
    return outcome if isinstance(outcome, int) else 504 if outcome == "timeout" else 502


def reason(outcome: Outcome) -> str:
    """The word of `proxy_next_upstream` that covers an outcome."""
    if isinstance(outcome, int):
        return f"http_{outcome}"
    return "timeout" if outcome == "timeout" else "error"
