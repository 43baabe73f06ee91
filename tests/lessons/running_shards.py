"""Lesson 05's placement and router as modules of their own; its databases are in memory here."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mongomock
from pymongo.errors import ServerSelectionTimeoutError

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "lessons" / "05-sharding"
ORACLE = ROOT.parent / "shared" / "oracles" / "hash_vectors.json"
MASK = 2**32 - 1


class Databases:
    """One database for each port, the same one whenever somebody connects to it."""

    def __init__(self) -> None:
        self._clients: dict[int, Any] = {}
        self.dead: set[int] = set()

    def connect(self, _host: str, port: int, **_how: object) -> Any:
        """In place of MongoClient."""
        client = self._clients.setdefault(port, mongomock.MongoClient())
        users = _Watched(client.course.users, lambda: port in self.dead)
        return SimpleNamespace(course=SimpleNamespace(users=users))

    def ids(self, port: int) -> list[int]:
        """Who lies there."""
        return sorted(one["_id"] for one in self._clients[port].course.users.find())


class _Watched:
    """A collection that cannot be reached while its server is dead."""

    def __init__(self, users: Any, is_dead: Any) -> None:
        self._users = users
        self._is_dead = is_dead

    def __getattr__(self, name: str) -> Any:
        if self._is_dead():
            raise ServerSelectionTimeoutError("nobody answers")
        return getattr(self._users, name)


def murmur3(data: bytes, seed: int = 0) -> int:
    """MurmurHash3 x86 32, by its public description."""
    h = seed
    for at in range(0, len(data), 4):
        block = data[at : at + 4]
        k = int.from_bytes(block, "little") * 0xCC9E2D51 & MASK
        k = _rotated(k, 15) * 0x1B873593 & MASK
        h ^= k
        if len(block) == 4:
            h = (_rotated(h, 13) * 5 + 0xE6546B64) & MASK
    h ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ h >> shift) * factor & MASK
    return h ^ h >> 16


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & MASK
