"""One big job, done by a crew: what can be divided, what cannot, and what agreeing costs.

The work is waiting (for a disk, for another service), so that 64 workers need no 64 cores.
"""

import queue
import threading
import time

WHOLE_SECONDS = 1.6  # what one worker alone needs
SERIAL = 0.05  # the share that only one can do
NOTE = 0.002  # the share that reading one colleague's note takes

Inbox = queue.SimpleQueue[int]


def do_job(workers: int, *, talking: bool) -> dict[str, float]:
    """Do the job with so many workers; how long it took, and how many notes were passed."""
    begun = time.monotonic()
    time.sleep(SERIAL * WHOLE_SECONDS)  # the plan: nobody can begin without it
    inboxes: list[Inbox] = [queue.SimpleQueue() for _ in range(workers)]
    crew = [
        threading.Thread(target=do_share, args=(number, inboxes, talking))
        for number in range(workers)
    ]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    notes = workers * (workers - 1) if talking else 0
    return {"seconds": time.monotonic() - begun, "notes": notes}


def do_share(number: int, inboxes: list[Inbox], talking: bool) -> None:
    """One worker: an equal share of what can be divided, then a note to each of the others."""
    time.sleep((1 - SERIAL) * WHOLE_SECONDS / len(inboxes))
    if talking:
        others = [inbox for other, inbox in enumerate(inboxes) if other != number]
        for inbox in others:
            inbox.put(number)
        notes = [inboxes[number].get() for _ in others]
        time.sleep(NOTE * WHOLE_SECONDS * len(notes))
