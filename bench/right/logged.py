"""Says what it does in a log."""

import logging
from collections.abc import Sequence

log = logging.getLogger("router")
ACCEPTED = (int, str)


def get_shard(user_id: int | str, shards: Sequence[str]) -> str:
    """The shard of a user."""
    valid = isinstance(user_id, ACCEPTED) and not isinstance(user_id, bool)
    if not valid or not shards:
        log.warning("refused %r", user_id)
        raise ValueError(f"{user_id!r} of {len(shards)} shards")
    shard = shards[int(user_id) % len(shards)]
    log.debug("%r lies on %s", user_id, shard)
    return shard
