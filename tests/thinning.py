"""Makes a recording small enough to keep: `python -m tests.thinning RAW.jsonl KEPT.jsonl`.

A lab tells its traffic and gauges four times a second. Here what flowed over one edge in
`SECONDS` is one event, with the same sums; of the gauges the last reading stays, and of the
ordinary requests one. Whatever the learner did, and whatever went wrong, stays as it was.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from course.model.codec import encode
from course.model.event import Event, GaugesRead, Request, Traffic
from course.storage.recordings import read_recording

SECONDS = 2.0
FAILED_KEPT = 2  # of the requests that failed within those seconds
LARGEST = 150_000  # bytes

Window = list[Event]


def thinned(events: Iterable[Event], seconds: float = SECONDS) -> list[Event]:
    """The same run, told more briefly, and numbered anew."""
    kept = (event for window in _windows(events, seconds) for event in _told(window))
    return [replace(event, seq=number) for number, event in enumerate(kept, start=1)]


def _windows(events: Iterable[Event], seconds: float) -> Iterator[Window]:
    """Cut after `seconds`; what is more than a measurement stands alone."""
    window: Window = []
    for event in events:
        is_measured = isinstance(event, Traffic | GaugesRead | Request)
        if window and (not is_measured or event.t - window[0].t > seconds):
            yield window
            window = []
        window.append(event)
        if not is_measured:
            yield window
            window = []
    if window:
        yield window


def _told(window: Window) -> Iterator[Event]:
    if not isinstance(window[0], Traffic | GaugesRead | Request):
        yield from window
        return
    requests = [event for event in window if isinstance(event, Request)]
    yield from _sampled(requests)
    told = [*_flows(window), *[event for event in window if isinstance(event, GaugesRead)][-1:]]
    yield from (replace(event, t=window[-1].t) for event in told)


def _sampled(requests: list[Request]) -> Iterator[Request]:
    """One that went well, and the first that did not."""
    left = {True: 1, False: FAILED_KEPT}
    for request in requests:
        left[request.ok] -= 1
        if left[request.ok] >= 0:
            yield request


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
    while len(text := _lines(thinned(events, seconds))) > LARGEST:
        seconds *= 1.5
    kept.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{kept}: {len(text)} bytes, {seconds:g} s\n")


def _lines(events: Iterable[Event]) -> str:
    return "".join(f"{json.dumps(encode(event))}\n" for event in events)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
