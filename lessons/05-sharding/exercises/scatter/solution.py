"""Scatter-gather with a partial answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

Ask = Callable[[dict[str, Any]], list[dict[str, Any]]]


def find_everywhere(
    shards: dict[str, Ask], query: dict[str, Any], patience: float = 1.0
) -> dict[str, Any]:
    """Ask every shard; say what was found and who did not answer."""
    pool = ThreadPoolExecutor(max_workers=max(1, len(shards)))
    asked = {name: pool.submit(ask, query) for name, ask in shards.items()}
    wait(asked.values(), timeout=patience)
    pool.shutdown(wait=False, cancel_futures=True)
    users: list[dict[str, Any]] = []
    missing = []
    for name, answer in asked.items():
        if answer.done() and answer.exception() is None:
            users += answer.result()
        else:
            missing.append(name)
    users.sort(key=lambda user: user["_id"])
    return {"users": users, "complete": not missing, "missing": sorted(missing)}
