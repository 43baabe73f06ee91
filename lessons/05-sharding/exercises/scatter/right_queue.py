"""Threads and a queue: whoever answers puts it in, and one deadline is for all."""

import queue
import threading
import time


def find_everywhere(shards, query, patience=1.0):
    answers = queue.Queue()

    def ask(name):
        try:
            answers.put((name, shards[name](query)))
        except BaseException:
            answers.put((name, None))

    for name in shards:
        threading.Thread(target=ask, args=(name,), daemon=True).start()
    deadline = time.monotonic() + patience
    users, silent = [], set(shards)
    for _ in shards:
        try:
            name, found = answers.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            break
        if found is not None:
            silent.remove(name)
            users.extend(found)
    return {
        "users": sorted(users, key=lambda user: user["_id"]),
        "complete": not silent,
        "missing": sorted(silent),
    }
