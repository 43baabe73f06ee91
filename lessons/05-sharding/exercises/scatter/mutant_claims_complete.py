"""Leaves out the dead and says nothing: a partial answer that looks like a whole one."""

from concurrent.futures import ThreadPoolExecutor, wait


def find_everywhere(shards, query, patience=1.0):
    pool = ThreadPoolExecutor(len(shards) or 1)
    asked = [pool.submit(ask, query) for ask in shards.values()]
    done, _late = wait(asked, timeout=patience)
    pool.shutdown(wait=False)
    users = [u for one in done if not one.exception() for u in one.result()]
    return {"users": sorted(users, key=lambda u: u["_id"]), "complete": True, "missing": []}
