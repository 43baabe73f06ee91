"""How nginx chooses a server: its methods, in Python."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from zlib import crc32


@dataclass(eq=False)
class Server:
    """One `server` line of an upstream block, and what nginx remembers about it."""

    name: str
    weight: int = 1
    max_fails: int = 1
    fail_timeout: int = 10
    max_conns: int = 0
    backup: bool = False
    down: bool = False
    address: str = ""  # host:port as the configuration has it

    current: int = field(default=0, init=False)  # rises while others are chosen
    effective: int = field(default=0, init=False)  # the weight, less after failures
    fails: int = field(default=0, init=False)
    accessed: float = field(default=-1e9, init=False)  # when it failed last
    checked: float = field(default=-1e9, init=False)  # when its failures were counted from
    connections: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """A server starts with its full weight."""
        self.effective = self.weight


def smooth(servers: Sequence[Server]) -> Server:
    """Weighted round robin: everybody gains its weight, the richest is chosen and pays for all."""
    total = 0
    for server in servers:
        server.current += server.effective
        total += server.effective
        server.effective = min(server.effective + 1, server.weight)  # recovers from a failure
    chosen = max(servers, key=lambda server: server.current)  # the first of equals
    chosen.current -= total
    return chosen


def least_connections(servers: Sequence[Server]) -> Server:
    """The fewest requests under way for its weight; among equals it is their turn."""

    def load(server: Server) -> float:
        return server.connections / server.weight

    least = min(map(load, servers))
    equals = [server for server in servers if load(server) == least]
    return smooth(equals) if len(equals) > 1 else equals[0]


def ip_hash(address: str, servers: Sequence[Server]) -> Iterator[Server]:
    """The server of a client's network, then those to try when it is unusable."""
    octets = ip_address(address).packed
    counted = octets[:3] if len(octets) == 4 else octets
    value = 89
    while True:
        for octet in counted:
            value = (value * 113 + octet) % 6271
        yield at(value, servers)


def plain_hash(key: str, servers: Sequence[Server]) -> Iterator[Server]:
    """The server of a key, then those to try; another number of servers moves most keys."""
    value, tries = 0, 0
    while True:
        again = str(tries) if tries else ""
        value += crc32((again + key).encode()) >> 16 & 0x7FFF
        tries += 1
        yield at(value, servers)


def at(value: int, servers: Sequence[Server]) -> Server:
    """Lay the servers out in a row, each as long as its weight, and see who covers `value`."""
    rest = value % sum(server.weight for server in servers)
    for server in servers:
        rest -= server.weight
        if rest < 0:
            return server
    raise AssertionError("the remainder is less than the sum")


class Ring:
    """`hash … consistent`: 160 points a server and weight on a circle of 32-bit numbers."""

    def __init__(self, servers: Sequence[Server]) -> None:
        found: dict[int, Server] = {}
        for server in servers:
            for point in points(server.address, 160 * server.weight):
                found.setdefault(point, server)
        self.points = sorted(found.items(), key=lambda item: item[0])
        self._places = [place for place, _ in self.points]

    def at(self, key: str) -> Iterator[Server]:
        """The server of the next point, then of the points after it, round and round."""
        start = bisect.bisect_left(self._places, crc32(key.encode()))
        while True:
            yield self.points[start % len(self.points)][1]
            start += 1


def points(address: str, count: int) -> Iterator[int]:
    """A server's places on the circle: each is computed from the one before."""
    host, _, port = address.rpartition(":")
    base = crc32(f"{host}\0{port}".encode())
    point = 0
    for _ in range(count):
        point = crc32(point.to_bytes(4, "little"), base)
        yield point
