"""Makes a recording small enough to keep: `python -m tests.thinning RAW.jsonl KEPT.jsonl`.

A lab tells its traffic and gauges four times a second. Here what flowed over one edge in
`SECONDS` is one event, with the same sums; of the gauges the last reading stays, and of the
requests and of what servers print the first. Whatever the learner did stays as it was.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from course.model.codec import encode
from course.model.event import Event, GaugesRead, Log, NodeChanged, Note, Request, Traffic
from course.storage.recordings import read_recording

SECONDS = 2.0
KEPT = {"good": 1, "bad": 2, "log": 2}  # of requests and of servers' lines, in those seconds
LARGEST = 250_000  # bytes; most have half of that, lesson 10 has 29 edges
LONGEST = 60.0  # seconds; what is still too large by then is a run to be made anew

MEASURED = (Traffic, GaugesRead, Request, Log)
Window = list[Event]


def thinned(events: Iterable[Event], seconds: float = SECONDS) -> list[Event]:
    """The same run, told more briefly, and numbered anew."""
    told: list[Event] = []
    for window in _windows(_lasting(events, seconds), seconds):
        for event in _told(window):
            t = max(event.t, told[-1].t) if told else event.t  # a node stood between, a bit later
            told.append(replace(event, seq=len(told) + 1, t=t))
    return told


def _lasting(events: Iterable[Event], seconds: float) -> Iterator[Event]:
    """Without what was said of a node that soon after was in the same state, said otherwise."""
    following: dict[str, NodeChanged] = {}
    lasting: list[Event] = []
    for event in reversed(list(events)):
        if isinstance(event, NodeChanged):
            later = following.get(event.node)
            following[event.node] = event
            same = later and (later.state, later.pid, later.role) == (
                event.state, event.pid, event.role
            )  # fmt: skip
            if later and same and later.t - event.t <= seconds:
                continue
        lasting.append(event)
    return reversed(lasting)


def _windows(events: Iterable[Event], seconds: float) -> Iterator[Window]:
    """Cut after `seconds`, and where somebody did something; nodes and notes stand between."""
    window: Window = []
    for event in events:
        is_measured = isinstance(event, MEASURED)
        is_passing = isinstance(event, NodeChanged | Note)
        if window and (event.t - window[0].t > seconds or not (is_measured or is_passing)):
            yield window
            window = []
        if is_measured:
            window.append(event)
        else:
            yield [event]
    if window:
        yield window


def _told(window: Window) -> Iterator[Event]:
    if not isinstance(window[0], MEASURED):
        yield from window
        return
    yield from _sampled(window)
    told = [*_flows(window), *[event for event in window if isinstance(event, GaugesRead)][-1:]]
    yield from (replace(event, t=window[-1].t) for event in told)


def _sampled(window: Window) -> Iterator[Event]:
    """One request that went well, the first that did not, and the first lines of servers."""
    left = dict(KEPT)
    for event in window:
        if isinstance(event, Request | Log):
            kind = "log" if isinstance(event, Log) else "good" if event.ok else "bad"
            left[kind] -= 1
            if left[kind] >= 0:
                yield event


def _flows(window: Window) -> Iterator[Traffic]:
    """One event for each edge, with the sums of its ticks and the mean time of its requests."""
    ticks: dict[tuple[str, str], list[Traffic]] = {}
    for event in window:
        if isinstance(event, Traffic):
            ticks.setdefault((event.source, event.target), []).append(event)
    for (source, target), flow in ticks.items():
        timed = [(tick.ms, tick.requests) for tick in flow if tick.ms is not None]
        count = sum(requests for _, requests in timed)
        yield Traffic(
            source=source,
            target=target,
            requests=sum(tick.requests for tick in flow),
            errors=sum(tick.errors for tick in flow),
            seconds=round(sum(tick.seconds for tick in flow), 4),
            ms=round(sum(ms * n for ms, n in timed) / count, 3) if count else None,
        )


def main(raw: Path, kept: Path) -> None:
    """Thin a recording, coarser and coarser until it is small enough."""
    events = read_recording(raw).events
    seconds = SECONDS
    while len(text := _lines(thinned(events, seconds))) > LARGEST and seconds < LONGEST:
        seconds *= 1.5
    kept.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{kept}: {len(text)} bytes, {seconds:g} s\n")


def _lines(events: Iterable[Event]) -> str:
    return "".join(f"{json.dumps(encode(event))}\n" for event in events)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
