"""Returns what the first shard that answers has."""

from concurrent.futures import ThreadPoolExecutor, wait


def find_everywhere(shards, query, patience=1.0):
    pool = ThreadPoolExecutor(max_workers=max(1, len(shards)))
    asked = {name: pool.submit(ask, query) for name, ask in shards.items()}
    wait(asked.values(), timeout=patience)
    pool.shutdown(wait=False, cancel_futures=True)
    good = [one for one in asked if asked[one].done() and asked[one].exception() is None]
    users = asked[good[0]].result() if good else []
    missing = sorted(set(shards) - set(good))
    users.sort(key=lambda user: user["_id"])
    return {"users": users, "complete": not missing, "missing": missing}
