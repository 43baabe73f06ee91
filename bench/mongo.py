"""How fast the MongoDB stand-in is, against a bare round trip on the same connection.

Run it with `python -m bench.mongo`; the baseline is `ping`, taken in the same run.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

STAND_IN = Path(__file__).parents[1] / "sandboxes" / "mongo"
DOCUMENTS = 10_000
ROUNDS = 2_000


def rate(action: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Count how often an action can be done in a second."""
    started = time.perf_counter()
    for number in range(rounds):
        action(number)
    return rounds / (time.perf_counter() - started)


def measure(client: "MongoClient[dict[str, Any]]") -> None:
    """Print rates and what share of the bare round trip they are."""
    items: Collection[dict[str, Any]] = client["bench"]["items"]
    items.insert_many(
        [{"_id": n, "email": f"{n}@example.org", "age": n % 90} for n in range(DOCUMENTS)]
    )
    items.create_index("email", unique=True)
    baseline = rate(lambda _: client.admin.command("ping"))
    rates = {
        "ping (baseline)": baseline,
        "find by _id": rate(lambda n: items.find_one({"_id": n * 5})),
        "find by an indexed field": rate(lambda n: items.find_one({"email": f"{n}@example.org"})),
        "find by a scan": rate(lambda n: items.find_one({"age": -n - 1}), 20),
        "update by _id": rate(lambda n: items.update_one({"_id": n}, {"$inc": {"age": 1}})),
        "insert with a unique index": rate(
            lambda n: items.insert_one({"_id": -n - 1, "email": f"new{n}@example.org"})
        ),
    }
    print(f"{DOCUMENTS} documents, {'operations/s':>32} {'of a ping':>12}")
    for name, found in rates.items():
        print(f"{name:<32} {found:>20.0f} {found / baseline:>12.2f}")


def main() -> None:
    """Start a stand-in, measure, end it."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-I", "-B", str(STAND_IN), "--port", "0", "--dbpath", folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        ready = process.stdout.readline() if process.stdout else b""
        port = json.loads(ready)["attr"]["port"]
        print(f"ready after {time.perf_counter() - started:.2f} s")
        try:
            with MongoClient("127.0.0.1", port) as client:
                measure(client)
        finally:
            process.kill()


if __name__ == "__main__":
    main()
