"""What a member must not forget over a restart: its term, its vote, the configuration."""

from dataclasses import dataclass
from pathlib import Path

import bson

from mongo.replica.config import SetConfig


@dataclass(slots=True)
class Ballot:
    """The term, and whom this member voted for in it."""

    file: Path
    term: int = 0
    voted_for: str | None = None
    config: SetConfig | None = None

    @classmethod
    def load(cls, file: Path) -> "Ballot":
        """Read it back, or begin with nothing."""
        if not file.exists():
            return cls(file)
        found = bson.decode(file.read_bytes())
        config = SetConfig.parse(found["config"]) if found["config"] else None
        return cls(file, found["term"], found["votedFor"], config)

    def save(self) -> None:
        """Write it down, whole or not at all."""
        document = {
            "term": self.term,
            "votedFor": self.voted_for,
            "config": self.config.document() if self.config else None,
        }
        draft = self.file.with_suffix(".new")
        draft.write_bytes(bson.encode(document))
        draft.replace(self.file)
