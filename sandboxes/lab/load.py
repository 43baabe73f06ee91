"""An open-loop load generator: it sends on schedule, whatever the answers do."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable

from lab.http import Reply
from lab.window import Window
from runner.background import background

Send = Callable[[int], Reply | None]
Counted = Callable[[float, bool], None]
Due = tuple[int, float, Window]  # number, when, and where its time is kept
IDLE_SECONDS = 2.0  # after which a thread that has nothing to send ends
LONGEST_QUEUE = 2_000  # requests waiting for a free sender; more are failed at once


class Load:
    """Poisson arrivals from a seeded source, sent by a bounded number of threads.

    A request's time runs from when it was due, so a stalled system cannot hide its waiting.

    Args:
        send: Called with the request's number; returns a Reply, or None for "went well".
        rate: Requests a second; may be set while it runs.
        concurrency: How many may be under way at once; a thread for each, while it is needed.
        source: Draws the gaps between arrivals.
        counted: Told about each request: its time in ms and whether it went well.
        failed: Told in words that a thread of it has failed.
    """

    def __init__(
        self,
        send: Send,
        rate: float,
        concurrency: int,
        source: random.Random,
        counted: Counted,
        *,
        failed: Callable[[str], object],
    ) -> None:
        self._send = send
        self.rate = rate
        self._source = source
        self._counted = counted
        self._failed = failed
        self.window = Window(5.0)
        self.sent = 0
        self.failed = 0
        self._due: deque[Due] = deque()
        self._lock = threading.Lock()
        self._waiting = threading.Condition(self._lock)  # senders, for something to send
        self._most = concurrency
        self._senders = self._idle = 0
        self._running = threading.Event()
        self._ended = threading.Event()

    def start(self) -> "Load":
        """Send at `rate` in the background until `stop`; returns itself."""
        if not self._running.is_set():
            running = self._running = threading.Event()  # the one before ends, however slowly
            running.set()
            self._thread(lambda: self._schedule(None, None, None, running.is_set))
        return self

    def stop(self) -> None:
        """Send no more, from this moment on; what is under way still comes back."""
        with self._lock:
            self._running.clear()

    def close(self) -> None:
        """Stop and let the senders go."""
        self.stop()
        self._ended.set()
        with self._waiting:
            self._due.clear()
            self._waiting.notify_all()

    def run(self, count: int | None = None, *, seconds: float | None = None) -> Window:
        """Send `count` requests, or for `seconds`; wait for the answers and return them."""
        measured = Window(None)
        scheduled = self._schedule(measured, count, seconds, lambda: not self._ended.is_set())
        while measured.count < scheduled and not self._ended.wait(0.005):
            pass
        return measured

    def _thread(self, target: Callable[[], object]) -> None:
        background("load", target, told=self._failed)

    def _schedule(
        self,
        measured: Window | None,
        count: int | None,
        seconds: float | None,
        goes_on: Callable[[], bool],
    ) -> int:
        begun = due = time.monotonic()
        scheduled = 0
        while goes_on() and (count is None or scheduled < count):
            due += self._source.expovariate(max(self.rate, 0.001))
            if seconds is not None and due > begun + seconds:
                break
            if self._ended.wait(max(0.0, due - time.monotonic())):
                break
            scheduled += self._hand_out(due, measured, goes_on)
        return scheduled

    def _hand_out(self, due: float, measured: Window | None, goes_on: Callable[[], bool]) -> bool:
        """Whether it was sent: the load may have been stopped while this one was awaited."""
        with self._lock:
            if not goes_on():
                return False
            self.sent += 1
            number = self.sent
        into = measured if measured is not None else self.window
        if len(self._due) > LONGEST_QUEUE:
            self._note(Reply(0, 0.0, error="too many waiting"), due, into)
        else:
            self._put((number, due, into))
        return True

    def _put(self, job: Due) -> None:
        with self._waiting:
            self._due.append(job)
            self._waiting.notify()
            is_needed = self._idle < len(self._due) and self._senders < self._most
            self._senders += is_needed
        if is_needed:
            self._thread(self._work)

    def _next(self) -> Due | None:
        """What to send now; None when there was nothing for a while: the thread may go."""
        with self._waiting:
            self._idle += 1
            self._waiting.wait_for(lambda: self._due or self._ended.is_set(), IDLE_SECONDS)
            self._idle -= 1
            if self._due:
                return self._due.popleft()
            self._senders -= 1
            return None

    def _work(self) -> None:
        while (job := self._next()) is not None:
            number, due, into = job
            try:
                reply = self._send(number) or Reply(200, 0.0)
            except Exception as error:  # noqa: BLE001  lesson code: becomes a failed request
                reply = Reply(0, 0.0, error=f"{type(error).__name__}: {error}")
            self._note(reply, due, into)

    def _note(self, reply: Reply, due: float, into: Window) -> None:
        ms = (time.monotonic() - due) * 1000
        with self._lock:
            self.failed += not reply.ok
        into.add(ms, ok=reply.ok, tag=str(reply.status))
        if into is not self.window:
            self.window.add(ms, ok=reply.ok, tag=str(reply.status))
        self._counted(ms, reply.ok)
