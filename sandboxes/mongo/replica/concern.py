"""Write concern: how many members have to have a write before it is acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.replica.member import Member
from mongo.storage.journal import OpTime


@dataclass(frozen=True, slots=True)
class WriteConcern:
    """What a client asks for; `majority` where it says nothing, as MongoDB does since 5.0."""

    w: int | str = "majority"
    is_journaled: bool = False
    timeout_seconds: float | None = None

    @classmethod
    def parse(cls, document: Mapping[str, Value] | None) -> "WriteConcern":
        """Read the `writeConcern` of a command."""
        asked = document or {}
        timeout = asked.get("wtimeout") or 0
        w = asked.get("w", "majority")
        if not isinstance(w, int) and w != "majority":
            raise CommandError(79, f"No write concern mode named '{w}' found in configuration")
        return cls(w, bool(asked.get("j")), timeout / 1000 if timeout else None)

    def members(self, member: Member | None) -> int:
        """Count the members that have to have the write."""
        if member is None or member.config is None:
            if isinstance(self.w, int) and self.w > 1:
                raise CommandError(2, "cannot use 'w' > 1 when a host is not replicated")
            return 1
        return member.config.majority if isinstance(self.w, str) else self.w


async def wait(member: Member, concern: WriteConcern, written: OpTime) -> Document:
    """Wait until enough members have it; answers with what to add to the reply."""
    needed = concern.members(member)
    if member.config is not None and needed > len(member.config.seats):
        return _trouble(100, "Not enough data-bearing nodes")
    term = member.term

    def is_over() -> bool:
        has_enough = member.members_at(written) >= needed
        return has_enough or not member.is_primary or member.term != term

    in_time = await member.progress.wait_until(is_over, concern.timeout_seconds)
    if not in_time:
        return _trouble(64, "waiting for replication timed out", errInfo={"wtimeout": True})
    if member.members_at(written) >= needed and member.is_primary and member.term == term:
        return {}
    return _trouble(11602, "operation was interrupted") | {"errorLabels": ["RetryableWriteError"]}


def _trouble(code: int, message: str, **details: Value) -> Document:
    error = CommandError(code, message)
    found = {"code": code, "codeName": error.name, "errmsg": message} | details
    return {"writeConcernError": found}
