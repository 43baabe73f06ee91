"""The boxes, and the clients who ask them in turn."""

import itertools
import json
import threading
import time
from collections.abc import Sequence
from typing import Any

from box import CPU_MS, SLOTS

from lab import Lab
from lab.errors import LabError
from lab.http import Reply

CLIENT_TIMEOUT = 2.0
PATIENCE = 10.0  # how long the lab waits for anything
TRACED = 8  # every eighth request that went well leaves its trace, and every one that did not
MOST_BOXES, MOST_SIZE = 4, 4


class Box:
    """A running box, as the lab sees it from outside."""

    def __init__(self, lab: Lab, number: int, size: int) -> None:
        self._lab = lab
        self._lock = threading.Lock()
        self.name = f"box-{number}"
        self.slots = SLOTS * size
        self.size = size
        self.open = 0  # requests that were sent to it and have no answer yet
        self.port = lab.free_port()
        command = f"python box.py --name {self.name} --port {self.port} --size {size}"
        self.process = lab.process(self.name, command.split(), role="app", tier=1, ready=self.port)
        lab.edge("clients", self.name)

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.process.is_running

    def ask(self, path: str, method: str = "GET", timeout: float = CLIENT_TIMEOUT) -> Reply:
        """One request to this box; it counts as open until it is answered."""
        with self._lock:
            self.open += 1
        reply = self._lab.http(self.port, path, method=method, timeout=timeout)
        with self._lock:
            self.open -= 1
        self._lab.flow("clients", self.name, reply.ms, ok=reply.ok)
        return reply

    def fetch(self, path: str, method: str = "GET") -> dict[str, Any]:
        """The lab's own question, which is no client's: what it answers."""
        reply = self._lab.http(self.port, path, method=method, timeout=PATIENCE)
        found: dict[str, Any] = json.loads(reply.body or b"{}")
        return found

    def set_slots(self, count: int) -> None:
        """Let it work on so many requests at once."""
        self.slots = int(self.fetch(f"/slots?{count}", "POST")["slots"])
        self.describe()

    def describe(self) -> None:
        """Write under the node what this box can do."""
        node = self.process.node
        text = f"{self.slots} slots, {CPU_MS * self.size / 10:.0f}% CPU"
        if (node.state, node.detail) != ("up", text):
            node.up(detail=text)

    def leave(self, *, for_good: bool) -> None:
        """Finish what it has and end."""
        self.process.retire()
        if self.is_running:
            self.process.node.set("draining", detail="finishing what it has")
            self.process.stop()
        if for_good:
            self.process.node.gone()
        else:
            self.process.node.set("starting", detail="another one takes its place")


class Fleet:
    """All boxes, and the clients' way to them."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._turns = itertools.count()
        self._numbers = itertools.count(1)
        self.boxes: list[Box] = []
        self.times = lab.window(5)  # of pages that were answered
        self.load_of_slots = lab.window(5)  # percent, kept where times usually are
        lab.every(0.05, self._look)

    # -- what the clients do

    def page(self, path: str = "/") -> Reply:
        """One client: asks the box whose turn it is, and the next one if nobody is there.

        Only a refused connection is tried elsewhere: nobody has heard that request yet.
        """
        turn, boxes = next(self._turns), list(self.boxes)
        for step in range(len(boxes)):
            box = boxes[(turn + step) % len(boxes)]
            reply = box.ask(path)
            if "ConnectionRefused" not in reply.error:
                break
        if reply.ok:
            self.times.add(reply.ms)
        self._trace(box, reply)
        return reply

    def _trace(self, box: Box, reply: Reply) -> None:
        number = next(self._numbers)
        if reply.ok and number % TRACED:
            return
        found = json.loads(reply.body) if reply.body else {}
        why = found.get("error") or in_words(reply.error)
        note = why or f"{found['line_ms']} ms in line, {found['slot_ms']} ms in a slot"
        outcome = str(reply.status or "lost")
        hops = [("clients", 0, ""), (box.name, reply.ms, note)]
        self._lab.request(outcome, hops, why=why, ok=reply.ok, ms=reply.ms, keep=not reply.ok)

    @property
    def living(self) -> list[Box]:
        """The boxes whose process lives."""
        return [box for box in self.boxes if box.is_running]

    def living_box(self, turn: int) -> Box:
        """The one whose turn it is; raises LabError when all are dead."""
        living = self.living
        if not living:
            raise LabError("no box is alive: mend first")
        return living[turn % len(living)]

    def _look(self) -> None:
        """Note how much of the boxes is in use, twenty times a second."""
        living = self.living
        if living:
            busy = sum(min(box.open, box.slots) for box in living)
            self.load_of_slots.add(100 * busy / sum(box.slots for box in living))

    @property
    def line(self) -> int:
        """How many requests wait for a slot right now."""
        return sum(max(0, box.open - box.slots) for box in self.living)

    # -- what the lab does to them

    def shape(self, count: int, size: int) -> None:
        """Have exactly so many boxes of this size, all alive, with their usual slots."""
        self.quiet()
        for box in self.boxes[count:]:
            box.leave(for_good=True)
        del self.boxes[count:]
        for box in self.boxes:
            if box.is_running and box.size == size:
                box.set_slots(SLOTS * size)
        with self._lab.together():
            for number in range(1, count + 1):
                self._replace(number, size)
        self._describe()

    def _replace(self, number: int, size: int) -> None:
        """Start the box of that number, unless there is just such a one."""
        old = self.boxes[number - 1] if number <= len(self.boxes) else None
        if old and old.is_running and old.size == size:
            return
        if old:
            old.leave(for_good=False)
        self.boxes[number - 1 : number] = [Box(self._lab, number, size)]

    def grow_up(self) -> None:
        """Each box ends and comes back twice as big: a computer is not enlarged while it runs."""
        for number, box in enumerate(list(self.boxes), 1):
            self._replace(number, min(2 * box.size, MOST_SIZE))
            self._describe()

    def grow_out(self) -> None:
        """One box more, which gets its turn once it answers."""
        new = Box(self._lab, len(self.boxes) + 1, self.boxes[0].size)
        new.describe()
        self.boxes = [*self.boxes, new]

    def shrink(self) -> None:
        """One box less: first it gets nothing new, then it finishes what it has."""
        *stay, leaving = self.boxes
        self.boxes = stay
        leaving.leave(for_good=True)

    def _describe(self) -> None:
        for box in self.living:
            box.describe()

    def quiet(self) -> None:
        """Wait until no request is open."""
        self._lab.until(
            lambda: not any(box.open for box in self.boxes), PATIENCE, "the end of open requests"
        )


class Held:
    """Requests that take long enough to be killed: in flight, and known by name."""

    def __init__(self, boxes: Sequence[Box], count: int, wait_ms: int) -> None:
        self._replies: list[Reply] = []
        self._threads = [
            threading.Thread(
                target=lambda box: self._replies.append(box.ask(f"/?wait={wait_ms}", timeout=20)),
                args=(boxes[number % len(boxes)],),
            )
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def in_flight(self) -> int:
        """How many have no answer yet."""
        return sum(thread.is_alive() for thread in self._threads)

    def lost(self) -> int:
        """Wait for all of them: how many got no answer."""
        for thread in self._threads:
            thread.join()
        return sum(not reply.ok for reply in self._replies)


def in_words(error: str) -> str:
    """What went wrong, for people."""
    if "ConnectionRefused" in error:
        return "nobody is there"
    if "timed out" in error.lower():
        return "no answer in time"
    return "the connection broke" if error else ""


def at_once(send: Any, threads: int, seconds: float) -> float:
    """Answers a second to so many clients who each ask again as soon as they are answered."""
    counts = [0] * threads
    end = time.monotonic() + seconds

    def ask(mine: int) -> None:
        while time.monotonic() < end:
            counts[mine] += bool(send().ok)

    crowd = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
    begun = time.monotonic()
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return sum(counts) / (time.monotonic() - begun)
