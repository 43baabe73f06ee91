"""Books payments with the submission: all at once, or on and on in the background."""

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import submission

PACE_SECONDS = 0.01  # between two payments of one thread


@cache
def accounts():
    """The collection, through the submission's own client."""
    return submission.connect(json.loads(os.environ["LAB_RIG"])["uri"]).course.accounts


def one(payment, patience=None):
    """What came of asking once."""
    try:
        submission.pay(accounts(), payment, *([] if patience is None else [patience]))
    except LookupError:
        outcome = "LookupError"
    except submission.NotBooked:
        outcome = "NotBooked"
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"[:300]
    else:
        outcome = "booked"
    return {"id": payment["id"], "outcome": outcome}


def book(payments, patience=10.0, threads=1):
    """Ask for these payments, `threads` at a time."""
    accounts()
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda payment: one(payment, patience), payments))


def book_apart(payments, processes):
    """Ask for the same payments in several processes at the same time."""
    pipes = [os.pipe() for _ in range(processes)]
    for _, write in pipes:
        if os.fork() == 0:
            said = json.dumps([one(payment, 10.0) for payment in payments])
            os.write(write, said.encode())
            os._exit(0)
        os.close(write)
    outcomes = []
    for read, _ in pipes:
        with os.fdopen(read, "rb") as told:
            outcomes += json.loads(told.read() or b"[]")
    return outcomes


class Run:
    """Payments that go on until it is told to stop."""

    outcomes: list
    enough = threading.Event()


def start(payments, patience=12.0, threads=4):
    """Begin to book; returns after the first ten."""
    Run.outcomes, waiting, lock = [], iter(payments), threading.Lock()

    def work():
        while not Run.enough.wait(PACE_SECONDS):
            with lock:
                payment = next(waiting, None)
            if payment is None:
                return
            Run.outcomes.append(one(payment, patience))

    Run.threads = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for thread in Run.threads:
        thread.start()
    done(10, 5)


def finish(more=20, patience=15.0):
    """Let some more be booked, end, and say what came of each."""
    done(len(Run.outcomes) + more, patience)
    Run.enough.set()
    for thread in Run.threads:
        thread.join(patience)
    return Run.outcomes


def done(count, seconds):
    """Wait until so many were asked for, or nobody asks any more."""
    deadline = time.monotonic() + seconds
    while len(Run.outcomes) < count and any(one.is_alive() for one in Run.threads):
        if time.monotonic() > deadline:
            return
        threading.Event().wait(0.01)
