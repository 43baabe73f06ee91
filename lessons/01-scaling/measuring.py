"""The stop-watches of the experiments: each does something to the system and measures it."""

from typing import Any

from box import SLOTS
from fleet import PATIENCE, Box, Fleet, Held, at_once
from laws import amdahl, response, usl, watch_desk

from lab import Lab

HELD, HELD_MS = 16, 1200
WATCHED = {50: 100_000, 80: 300_000, 95: 600_000}  # load in percent: customers
CROWD = 10  # clients who keep a box as busy as it can be


class Measuring:
    """What the experiments do, one function each."""

    def __init__(self, lab: Lab, fleet: Fleet, load: Any) -> None:
        self._lab = lab
        self._fleet = fleet
        self._load = load

    # -- one job, many workers

    def speedups(self, crews: list[int], *, talking: bool) -> tuple[dict[str, float], int]:
        """How much faster than one each crew does the job (the better of two), and the notes."""
        box = self._fleet.boxes[0]
        alone = job_seconds(box, 1, talking)
        notes = box.fetch(f"/job?workers={crews[-1]}&talk={int(talking)}")["notes"]
        best = {
            str(crew): round(alone / min(job_seconds(box, crew, talking) for _ in range(2)), 1)
            for crew in crews
        }
        return best, int(notes)

    # -- a full box

    def throughput(self, slots: list[int]) -> dict[str, float]:
        """Pages a second of the first box, asked as fast as it answers, by its slots."""
        box, found = self._fleet.boxes[0], {}
        for count in slots:
            box.set_slots(count)
            at_once(lambda: box.ask("/"), CROWD, 0.2)  # uses up what was saved
            found[str(count)] = round(at_once(lambda: box.ask("/"), CROWD, 0.6), 1)
        box.set_slots(SLOTS * box.size)
        return found

    # -- the knee

    def knee_on_paper(self) -> dict[str, float]:
        """Mean times at one desk at each load, watched in virtual time."""
        return {
            str(percent): round(watch_desk(percent / 100, customers, self._lab.random), 2)
            for percent, customers in WATCHED.items()
        }

    def knee_in_the_lab(self, mean_ms: float, seconds: float) -> dict[str, float]:
        """Mean ms of real requests to one slot at 30 and 95 % load; their times are random, too."""
        self._fleet.boxes[0].set_slots(1)
        found = {}
        for percent in (30, 95):
            rate = percent / 100 * 1000 / mean_ms
            found[str(percent)] = self._mean_ms(mean_ms, rate, seconds)
        self._fleet.boxes[0].set_slots(SLOTS)
        return found

    def _mean_ms(self, mean_ms: float, rate: float, seconds: float) -> float:
        source = self._lab.random

        def send(_: int) -> Any:
            return self._fleet.page(f"/?work=0&wait={source.expovariate(1 / mean_ms):.1f}")

        load = self._lab.load(send, rate, concurrency=40)
        try:
            return round(load.run(seconds=seconds).mean() or 0.0, 1)
        finally:
            load.close()

    # -- growing

    def lost_while(self, act: Any, load: Any = None) -> dict[str, int]:
        """What an act costs the clients who keep asking, and ten more of them afterwards."""
        load = load or self._load
        sent, failed = load.sent, load.failed
        act()
        seen = load.sent
        self._lab.until(lambda: load.sent >= seen + 10, PATIENCE, "ten more requests")
        self._fleet.quiet()
        return {"asked": load.sent - sent, "failed": load.failed - failed}

    def lost_in_growing(self, act: Any) -> dict[str, int]:
        """The same for forty clients a second with so small a wish that only absence can fail."""
        load = self._lab.load(lambda _: self._fleet.page("/?work=0&wait=5"), 40, concurrency=40)
        load.start()
        try:
            return self.lost_while(act, load)
        finally:
            load.close()

    # -- killing

    def kill(self, box: Box) -> dict[str, int]:
        """Kill a box while sixteen requests are in flight, spread evenly; then ask forty times."""
        boxes = self._fleet.boxes
        held, each = Held(boxes, HELD, HELD_MS), HELD // len(boxes)
        self._lab.until(
            lambda: all(in_hand(one) >= each for one in boxes), PATIENCE, "16 requests in flight"
        )
        in_flight = held.in_flight
        box.process.kill()
        lost = held.lost()
        after = [self._fleet.page("/?work=0&wait=5").ok for _ in range(40)]
        return {
            "in_flight": in_flight, "lost": lost,
            "asked_afterwards": len(after), "failed_afterwards": after.count(False),
        }  # fmt: skip

    # -- counting

    def visits(self, visitors: int) -> list[int]:
        """Every box forgets its count; visitors come to any of them; what each box then says."""
        boxes = self._fleet.boxes
        for box in boxes:
            box.fetch("/visits", "DELETE")
        for _ in range(visitors):
            self._lab.random.choice(boxes).ask("/visits", "POST")
        return [int(box.fetch("/visits")["visits"]) for box in boxes]


def in_hand(box: Box) -> int:
    """How many requests a box works on or keeps in line."""
    status = box.fetch("/status")
    return int(status["busy"] + status["line"])


def job_seconds(box: Box, workers: int, talking: bool) -> float:
    """How long a crew takes for the job."""
    return float(box.fetch(f"/job?workers={workers}&talk={int(talking)}")["seconds"])


def by_the_law(crews: list[int], serial: float, beta: float | None = None) -> dict[str, float]:
    """What Amdahl's law says of these crews, or the universal one where beta is given."""
    return {
        str(n): round(amdahl(n, serial) if beta is None else usl(n, serial, beta), 1) for n in crews
    }


def desk_by_the_law() -> dict[str, float]:
    """Mean times at one desk, computed."""
    return {str(percent): round(response(percent / 100), 2) for percent in WATCHED}
