"""Lesson 1 in Python: one box, a bigger box, more boxes. Runs alone: python lesson.py

What runs is in box.py, slots.py and job.py; fleet.py starts the boxes and is their clients;
laws.py has the arithmetic; measuring.py holds the stop-watches of the experiments.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import box
from fleet import MOST_BOXES, MOST_SIZE, Fleet
from laws import peak, usl
from measuring import Measuring, by_the_law, desk_by_the_law

from lab import Lab, Observed
from lab.errors import LabError

lab = Lab()
RATE = 20.0  # requests a second
MOST_RATE = 160.0
SERIAL, NOTE = 0.05, 0.002
fleet: Fleet
measuring: Measuring
load: Any
turns = itertools.count()


@lab.setup
def start() -> None:
    """One box of size 1, and clients who ask for a page twenty times a second."""
    global fleet, measuring, load  # noqa: PLW0603  a lab has one system
    lab.node("clients", "client", 0).up()
    fleet = Fleet(lab)
    load = lab.load(lambda _: fleet.page(), rate=RATE, concurrency=64)
    measuring = Measuring(lab, fleet, load)
    fleet.shape(1, 1)
    load.start()
    lab.source_of("clients", Fleet.page)
    for number in range(1, MOST_BOXES + 1):
        lab.source_of(f"box-{number}", box.Box.page)


# -- what you can do


@lab.trigger
def ask() -> dict[str, Any]:
    """One request, and where its time went."""
    reply = fleet.page()
    return {"status": reply.status, "ms": round(reply.ms), "answer": reply.body.decode()[:200]}


@lab.trigger
def more_load() -> dict[str, Any]:
    """Half as many requests again, up to 160 a second."""
    return change_load(1.5)


@lab.trigger
def less_load() -> dict[str, Any]:
    """A third of the requests less."""
    return change_load(1 / 1.5)


def change_load(factor: float) -> dict[str, Any]:
    """More or less, within what this lab can bear."""
    load.rate = min(max(load.rate * factor, 1.0), MOST_RATE)
    lab.note(f"the clients now ask {load.rate:.0f} times a second", node="clients")
    return {"rate": round(load.rate, 1)}


@lab.trigger
def slots(count: int = 8) -> dict[str, Any]:
    """Let every box work on so many requests at once; its CPU stays as it is."""
    if not 1 <= count <= 16:
        raise LabError("a box has 1 to 16 slots")
    for one in fleet.living:
        one.set_slots(count)
    return {"slots": count}


@lab.trigger
def bigger_box() -> dict[str, Any]:
    """Scale up: each box ends and comes back twice as big."""
    if any(one.size >= MOST_SIZE for one in fleet.boxes):
        raise LabError(f"size {MOST_SIZE} is the biggest there is; `mend` begins again")
    cost = measuring.lost_while(fleet.grow_up)
    return {"sizes": [one.size for one in fleet.boxes], **cost}


@lab.trigger
def more_boxes() -> dict[str, Any]:
    """Scale out: one box more beside the others."""
    if len(fleet.boxes) >= MOST_BOXES:
        raise LabError(f"there is room for {MOST_BOXES} boxes; `mend` begins again")
    cost = measuring.lost_while(fleet.grow_out)
    return {"boxes": [one.name for one in fleet.boxes], **cost}


@lab.trigger
def fewer_boxes() -> dict[str, Any]:
    """The last box finishes what it has and goes."""
    if len(fleet.boxes) == 1:
        raise LabError("one box must stay")
    return {"boxes": [one.name for one in fleet.boxes[:-1]], **measuring.lost_while(fleet.shrink)}


@lab.trigger
def kill_big() -> dict[str, Any]:
    """Everything in one box of size 4; then SIGKILL for it. It stays dead until you mend."""
    return killed(1, 4, 1)


@lab.trigger
def kill_one(number: int = 2) -> dict[str, Any]:
    """The same in four boxes of size 1; then SIGKILL for one. It stays dead until you mend."""
    if not 1 <= number <= MOST_BOXES:
        raise LabError(f"the boxes have numbers from 1 to {MOST_BOXES}")
    return killed(MOST_BOXES, 1, number)


def killed(count: int, size: int, number: int) -> dict[str, Any]:
    """Arrange the boxes, kill one of them while it is busy, and say what it cost."""
    arrange(count, size)
    load.stop()
    fleet.quiet()
    victim = fleet.boxes[number - 1]
    seen = measuring.kill(victim)
    load.start()
    lab.note(
        f"{victim.name} was killed: {seen['lost']} of {seen['in_flight']} requests in flight lost, "
        f"{seen['failed_afterwards']} of the {seen['asked_afterwards']} after them",
        tone="bad", node=victim.name,
    )  # fmt: skip
    return {"killed": victim.name, **seen}


@lab.trigger
def mend() -> dict[str, Any]:
    """One living box of size 1, the usual slots, the usual load."""
    arrange(1, 1)
    return {"boxes": [one.name for one in fleet.boxes], "rate": load.rate}


@lab.trigger
def job(workers: int = 16, talking: bool = False) -> dict[str, Any]:
    """A big job for a crew in the first box; 5 % of it only one can do."""
    if not 1 <= workers <= 64:
        raise LabError("a crew has 1 to 64 workers")
    done = fleet.living_box(0).fetch(f"/job?workers={workers}&talk={int(talking)}")
    return {"workers": workers, "seconds": round(done["seconds"], 2), "notes": done["notes"]}


@lab.trigger
def visit() -> dict[str, Any]:
    """One visitor comes to the box whose turn it is, and is told which number they have."""
    chosen = fleet.living_box(next(turns))
    number = chosen.fetch("/visits", "POST")["visits"]
    lab.note(f"{chosen.name} says: you are visitor number {number}", node=chosen.name)
    return {"box": chosen.name, "you_are_number": number}


# -- what you can watch


@lab.gauge
def answered() -> float | None:
    """Pages a second that were answered, over the last five seconds."""
    return fleet.times.rate()


@lab.gauge
def response_ms() -> float | None:
    """Mean time of the pages that were answered in the last five seconds."""
    return fleet.times.mean()


@lab.gauge
def busy() -> float | None:
    """Percent of the living boxes' slots that were in use, over the last five seconds."""
    return fleet.load_of_slots.mean()


@lab.gauge
def line() -> float | None:
    """Requests that wait for a free slot right now."""
    return fleet.line if fleet.living else None


@lab.gauge
def failed() -> float | None:
    """Percent of the last five seconds' requests that got no page."""
    return 100 * load.window.failed / load.window.count if load.window.count else None


# -- what you predict


def arrange(count: int, size: int) -> None:
    """So many boxes of this size, as new, and the usual load."""
    load.stop()
    fleet.shape(count, size)
    load.rate = RATE
    load.start()


@contextmanager
def alone(count: int = 1, size: int = 1) -> Iterator[None]:
    """These boxes, and no clients but the experiment's; afterwards all is as at the start."""
    load.stop()
    fleet.shape(count, size)
    try:
        yield
    finally:
        arrange(1, 1)


@lab.experiment
def more_slots() -> Observed:
    """Ask one box as fast as it answers, with 1, 2 and 8 slots; then one of twice the size."""
    with alone():
        small = measuring.throughput([1, 2, 8])
        fleet.shape(1, 2)
        big = measuring.throughput([8])["8"]
    gain = small["8"] / small["2"]
    choice = "four_times" if gain > 3 else "same" if gain < 1.5 else "some"
    return lab.observed(choice, pages_a_second=small, twice_the_cpu={"8": big})


@lab.experiment
def knee() -> Observed:
    """A desk with random customers, at 50, 80 and 95 % load; then real requests to one slot."""
    watched = measuring.knee_on_paper()
    with alone():
        real = measuring.knee_in_the_lab(mean_ms=10, seconds=2.0)
    ratio = watched["95"] / watched["80"]
    choice = "four_times" if ratio > 3 else "twice" if ratio > 1.5 else "little"
    return lab.observed(
        choice, mean_time=watched, computed=desk_by_the_law(), ratio=round(ratio, 1),
        real_ms_at_30_and_95=real,
    )  # fmt: skip


@lab.experiment
def serial_part() -> Observed:
    """The big job, 5 % of it serial, with 1, 2, 4, 8, 16 and 64 workers."""
    crews = [2, 4, 8, 16, 64]
    with alone():
        seen, _ = measuring.speedups(crews, talking=False)
    top = seen["64"]
    choice = "fifteen" if top < 20 else "thirty" if top < 45 else "sixty"
    return lab.observed(choice, times_faster=seen, computed=by_the_law(crews, SERIAL))


@lab.experiment
def more_is_slower() -> Observed:
    """The same job, but every worker reads a note from every other: 8, 22 and 64 workers."""
    crews = [8, 22, 64]
    with alone():
        seen, notes = measuring.speedups(crews, talking=True)
    change = seen["64"] / seen["22"]
    choice = "slower" if change < 0.9 else "faster" if change > 1.1 else "same"
    best = peak(SERIAL, NOTE)
    return lab.observed(
        choice, times_faster=seen, computed=by_the_law(crews, SERIAL, NOTE), notes_of_64=notes,
        best_computed={"workers": best, "times_faster": round(usl(best, SERIAL, NOTE), 1)},
    )  # fmt: skip


@lab.experiment
def up_or_out() -> Observed:
    """Under load: once the only box becomes bigger, once it gets a second one beside it."""
    with alone():
        bigger = measuring.lost_in_growing(fleet.grow_up)
        fleet.shape(1, 1)
        more = measuring.lost_in_growing(fleet.grow_out)
    lost = [name for name, cost in (("bigger", bigger), ("more", more)) if cost["failed"]]
    return lab.observed("_and_".join(lost) or "neither", bigger_box=bigger, more_boxes=more)


@lab.experiment
def big_box_dead() -> Observed:
    """Sixteen requests in one box of size 4; kill it, then ask forty times."""
    with alone(1, MOST_SIZE):
        seen = measuring.kill(fleet.boxes[0])
    return lab.observed(cost_of_a_death(seen, 1), **seen)


@lab.experiment
def one_of_four_dead() -> Observed:
    """Sixteen requests in four boxes of size 1; kill one of them, then ask forty times."""
    with alone(MOST_BOXES, 1):
        seen = measuring.kill(fleet.boxes[1])
    return lab.observed(cost_of_a_death(seen, MOST_BOXES), **seen)


def cost_of_a_death(seen: dict[str, int], boxes: int) -> str:
    """What was lost, as a choice."""
    if seen["failed_afterwards"] == seen["asked_afterwards"]:
        return "everything"
    if seen["failed_afterwards"]:
        return "share_for_good"
    if seen["lost"] == 0:
        return "nothing"
    return "in_flight" if seen["lost"] <= seen["in_flight"] / boxes else "more"


@lab.experiment
def counter() -> Observed:
    """Forty visitors come to four boxes, each of which counts its own; then one box restarts."""
    with alone(MOST_BOXES, 1):
        answers = measuring.visits(40)
        fleet.boxes[0].process.restart()
        afterwards = fleet.boxes[0].fetch("/visits")["visits"]
    if all(answer == 40 for answer in answers):
        choice = "right"
    else:
        choice = "four_answers" if sum(answers) == 40 and max(answers) < 40 else "some_lost"
    return lab.observed(choice, answers=answers, added_up=sum(answers), after_restart=afterwards)


if __name__ == "__main__":
    lab.play(ask, more_boxes, bigger_box, job, kill_one, mend, serial_part, counter)
