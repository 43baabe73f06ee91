"""A slot for each shard, a counter that says when all are filled."""

import threading


class Round:
    def __init__(self, shards, query):
        self.found, self.failed = {}, set()
        self.left, self.changed = len(shards), threading.Condition()
        for name, ask in shards.items():
            threading.Thread(target=self.ask, args=(name, ask, query), daemon=True).start()

    def ask(self, name, ask, query):
        answer = None
        try:
            answer = tuple(ask(query))
        except Exception:
            pass
        with self.changed:
            if answer is not None:
                self.found[name] = answer
            self.left -= 1
            self.changed.notify()

    def wait(self, seconds):
        with self.changed:
            self.changed.wait_for(lambda: self.left == 0, seconds)
            return dict(self.found)


def find_everywhere(shards, query, patience=1.0):
    found = Round(shards, query).wait(patience)
    by_id = {user["_id"]: user for some in found.values() for user in some}
    missing = sorted(shards.keys() - found.keys())
    return {"users": [by_id[i] for i in sorted(by_id)], "missing": missing, "complete": not missing}
