"""Consistent hashing with virtual nodes."""

import bisect
import hashlib


def hash_of(text: str) -> int:
    """A number below 2**64 that every router computes alike."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


class Ring:
    """Places keys on nodes; a new node takes only its fair share."""

    def __init__(self, nodes: list[str], points: int = 160) -> None:
        self.points = points
        self.nodes: set[str] = set()
        self.circle: list[tuple[int, str]] = []
        for node in nodes:
            self.add(node)

    def node(self, key: object) -> str | None:
        """Return the node that holds this key."""
        if not self.circle:
            return None
        at = bisect.bisect_left(self.circle, (hash_of(str(key)), ""))
        return self.circle[at % len(self.circle)][1]

    def add(self, node: str) -> None:
        """Bring a node in."""
        if node not in self.nodes:
            self.nodes.add(node)
            self.circle += [(hash_of(f"{node} {p}"), node) for p in range(self.points)]
            self.circle.sort()

    def remove(self, node: str) -> None:
        """Take a node out."""
        self.nodes.discard(node)
        self.circle = [point for point in self.circle if point[1] != node]
