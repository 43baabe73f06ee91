"""Catches what is raised, but `with` waits for every thread, however long it takes."""

from concurrent.futures import ThreadPoolExecutor


def find_everywhere(shards, query, patience=1.0):
    users, missing = [], []
    with ThreadPoolExecutor(len(shards) or 1) as pool:
        asked = {name: pool.submit(ask, query) for name, ask in shards.items()}
        for name, answer in asked.items():
            try:
                users += answer.result(timeout=patience)
            except Exception:
                missing.append(name)
    users.sort(key=lambda user: user["_id"])
    return {"users": users, "complete": not missing, "missing": sorted(missing)}
