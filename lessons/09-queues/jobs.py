"""What lies in the queue: asked of Redis, as anybody could ask with redis-cli."""

import json
import time
from typing import Any

BULL = "bull:mails"  # where BullMQ keeps its lists


class Jobs:
    """The jobs of both queues, and who has them.

    Args:
        client: Of the queue's Redis, answering in str.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    # -- how many

    def waiting(self) -> int:
        """Jobs that nobody has begun, those that wait for their next attempt included."""
        later = self._client.llen(f"{BULL}:wait") + self._client.zcard(f"{BULL}:delayed")
        unread = int(self._client.xlen("jobs")) - len(self._holders_on_stream())
        return int(later + unread)

    def unfinished(self) -> int:
        """Jobs that are waiting or being done, counted at one instant."""
        pipeline = self._client.pipeline()
        pipeline.llen(f"{BULL}:wait").zcard(f"{BULL}:delayed").llen(f"{BULL}:active").xlen("jobs")
        return sum(int(count) for count in pipeline.execute())

    def dead(self) -> int:
        """Jobs that were set aside."""
        return int(self._client.zcard(f"{BULL}:failed") + self._client.xlen("jobs.dead"))

    def oldest(self) -> float:
        """For how many seconds the oldest waiting job has waited."""
        number = self._client.lindex(f"{BULL}:wait", -1)
        since = self._client.hget(f"{BULL}:{number}", "timestamp") if number else None
        return time.time() - int(since) / 1000 if since else 0.0

    # -- with whom

    def holders(self, how: str = "") -> list[str]:
        """The workers that have a job now, from one of the queues or from either."""
        held = self._holders_on_stream() if how != "bullmq" else []
        if how != "stream":
            active = self._client.lrange(f"{BULL}:active", 0, -1)
            held += [self._locked_by(number) for number in active]
        return held

    def holder_of(self, order: str) -> str:
        """The worker that is doing an order's job from BullMQ; empty when none is."""
        for number in self._client.lrange(f"{BULL}:active", 0, -1):
            data = self._client.hget(f"{BULL}:{number}", "data")
            if json.loads(data or "{}").get("order") == order:
                return self._locked_by(number)
        return ""

    def _locked_by(self, number: str) -> str:
        """The worker whose lock is on a job: its value is worker-1.PID:COUNT."""
        return (self._client.get(f"{BULL}:{number}:lock") or "").partition(".")[0]

    def _holders_on_stream(self) -> list[str]:
        """The workers that have a job from the stream, each as often as it has jobs."""
        import redis

        try:
            rows = self._client.xpending_range("jobs", "workers", "-", "+", 50)
        except redis.ResponseError:
            return []  # the stream was emptied, and no worker has made it anew yet
        return [str(row["consumer"]) for row in rows]

    # -- away with them

    def drop_waiting(self) -> None:
        """Take away what waits; what is being done goes on."""
        for name in ("wait", "delayed", "prioritized", "paused"):
            self._client.delete(f"{BULL}:{name}")
        self._client.xtrim("jobs", maxlen=0)
