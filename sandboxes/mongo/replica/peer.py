"""What a member knows of another one."""

import time
from dataclasses import dataclass, field
from enum import IntEnum

from mongo.replica.link import Link
from mongo.storage.journal import OpTime


class Role(IntEnum):
    """The states of a member, with MongoDB's numbers."""

    STARTUP = 0
    PRIMARY = 1
    SECONDARY = 2
    STARTUP2 = 5
    DOWN = 8
    ROLLBACK = 9
    REMOVED = 10


@dataclass(slots=True)
class Peer:
    """Another member: when it was heard last, and what it said."""

    host: str
    heartbeats: Link
    role: Role = Role.DOWN
    heard: float = float("-inf")
    optime: OpTime = field(default_factory=OpTime)
    config_version: int = 0

    def was_heard_within(self, seconds: float) -> bool:
        """Tell whether it gave a sign of life lately."""
        return time.monotonic() - self.heard < seconds
