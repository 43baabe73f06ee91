"""How long a failed job waits for its next attempt."""

import random
from typing import Any

LONGEST_MS = 60_000


def jittered(attempt: int, base_ms: int, source: Any = random) -> int:
    """Anything up to base, twice base, four times base and so on, so that no two come together."""
    return int(source.uniform(0, min(LONGEST_MS, base_ms * 2 ** min(attempt - 1, 20))))


def for_bullmq(attempt: int, _kind: str, _error: Exception, job: Any) -> int:
    """The same for BullMQ, which asks with the number of attempts made."""
    return max(1, jittered(attempt, job.opts["backoff"]["delay"]))
