"""Users in the order in which shards answered: another order every time."""

from concurrent.futures import ThreadPoolExecutor, wait


def find_everywhere(shards, query, patience=1.0):
    pool = ThreadPoolExecutor(len(shards) or 1)
    asked = {name: pool.submit(ask, query) for name, ask in shards.items()}
    wait(asked.values(), timeout=patience)
    pool.shutdown(wait=False)
    fine = {n for n, one in asked.items() if one.done() and not one.exception()}
    users = [u for n in asked if n in fine for u in asked[n].result()]
    missing = sorted(set(shards) - fine)
    return {"users": users, "complete": not missing, "missing": missing}
