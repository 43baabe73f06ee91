"""Which shard holds a key: four ways to answer, none of which asks a server.

A placement is a function from a key to the number of a shard, 0 to N - 1. All of them are pure:
every router that knows the shards comes to the same answer without talking to anybody.
"""

import bisect
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable

Placement = Callable[[int], int]
POINTS = 160  # per shard on the ring


def hash_of(text: str) -> int:
    """A number that looks random but is the same on every machine (Python's own hash is not)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def modulo(shards: int) -> Placement:
    """The remainder: as even as it gets, until the number of shards changes."""
    return lambda key: key % shards


def ring(shards: int, points: int = POINTS) -> Placement:
    """A circle on which every shard owns the arcs that end at its points."""
    circle = sorted(
        (hash_of(f"shard-{s} point-{p}"), s) for s in range(shards) for p in range(points)
    )
    positions = [position for position, _ in circle]

    def place(key: int) -> int:
        at = bisect.bisect_left(positions, hash_of(f"user-{key}")) % len(circle)
        return circle[at][1]

    return place


def rendezvous(shards: int) -> Placement:
    """Every shard draws a number for the key; the highest wins."""
    return lambda key: max(range(shards), key=lambda s: hash_of(f"user-{key} shard-{s}"))


def ranges(shards: int, width: int = 1_000) -> Placement:
    """Neighbours together: 0 to 999 on the first shard, and the last takes all the rest."""
    return lambda key: min(key // width, shards - 1)


WAYS: dict[str, Callable[[int], Placement]] = {
    "modulo": modulo,
    "ring": ring,
    "rendezvous": rendezvous,
    "ranges": ranges,
}


def moves(keys: Iterable[int], before: Placement, after: Placement) -> Counter[tuple[int, int]]:
    """How many keys go from which shard to which."""
    pairs = ((before(key), after(key)) for key in keys)
    return Counter(pair for pair in pairs if pair[0] != pair[1])


def imbalance(keys: Iterable[int], place: Placement, shards: int) -> float:
    """The fullest shard against the mean: 1.0 is even."""
    counts = Counter(place(key) for key in keys)
    return max(counts.values()) * shards / sum(counts.values())


def reason(way: str, key: int, shards: int, shard: int) -> str:
    """Why a key lies where it lies, for people."""
    if way == "modulo":
        return f"{key} % {shards} = {key % shards}, so shard-{shard + 1}"
    if way == "ranges":
        return f"{key} is in the range of shard-{shard + 1}"
    if way == "ring":
        return f"the next point after hash({key}) on the ring is one of shard-{shard + 1}'s"
    return f"of {shards} draws for {key}, shard-{shard + 1}'s is the highest"
