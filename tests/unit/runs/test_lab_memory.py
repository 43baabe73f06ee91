"""An open lab takes no more memory the longer it runs."""

import gc
import tracemalloc

from course.model.event import Hop, Note, Request
from course.runs.labs import KEPT_EVENTS, RunningLab

MANY = 4 * KEPT_EVENTS
SLACK = 1 << 20  # bytes


def event(seq):
    if seq % 5 == 0:
        return Note(seq=seq, t=seq / 100, text=f"note {seq}", tone="info", node="")
    hops = (Hop(node="clients", ms=0.0, note=""), Hop(node=f"app-{seq % 3}", ms=2.5, note=f"{seq}"))
    return Request(
        seq=seq, t=seq / 100, request=f"r{seq}", outcome="200", ms=2.5, hops=hops, why="", ok=True
    )  # fmt: skip


def feed(lab, first, last):
    for seq in range(first, last + 1):
        lab._take(event(seq))


def test_a_lab_keeps_its_last_events_and_no_more():
    lab, heard = RunningLab(), []
    lab._heard = (heard.append,)
    tracemalloc.start()
    try:
        feed(lab, 1, MANY)
        heard.clear()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        feed(lab, MANY + 1, 3 * MANY)
        heard.clear()
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < SLACK, f"{grown >> 10} KiB more after {2 * MANY} events"
    assert len(lab.events()) == KEPT_EVENTS
    assert lab.state().seq == 3 * MANY


def test_what_follows_an_event_is_found_whether_that_one_is_kept_or_not():
    lab = RunningLab()
    assert lab.events(after=3) == []
    feed(lab, 1, KEPT_EVENTS + 10)
    assert lab.events(after=0)[0].seq == 11
    assert lab.events(after=KEPT_EVENTS)[0].seq == KEPT_EVENTS + 1
    assert lab.events(after=KEPT_EVENTS + 10) == []
