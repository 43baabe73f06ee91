"""One process: what it holds, what it counts, and its place in a replica set."""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bson import ObjectId

from mongo.cursors import Cursors
from mongo.replica.member import Member
from mongo.storage.history import History

LOG = logging.getLogger("mongo")


@dataclass
class Node:
    """Everything that the commands work on."""

    history: History
    folder: Path
    host: str
    port: int
    replica: Member | None = None
    key: str = ""  # without it nobody may steer the set, or speak as a member of it
    cursors: Cursors = field(default_factory=Cursors)
    counters: Counter[str] = field(default_factory=Counter)
    process: ObjectId = field(default_factory=ObjectId)
    started: float = field(default_factory=time.monotonic)
    connections: int = 0
    is_stopping: bool = False

    @property
    def address(self) -> str:
        """Give host and port as a client dials them."""
        return f"{self.host}:{self.port}"
