"""Lesson 3 in Python: nginx in front of four backends. Runs alone: `python lesson.py`."""

from dataclasses import asdict, replace
from typing import Any

import measuring
from backend import Backend
from measuring import failed, names, retried
from system import BASELINE, NAMES, Block, System, block
from upstream import Upstream

from lab import Lab, Observed
from lab.errors import BadConfig, LabError

lab = Lab()
system: System
CROWDS = ("one", "one network", "many")


@lab.setup
def start() -> None:
    """Four backends, nginx before them, and clients who come forty times a second."""
    global system  # noqa: PLW0603  the lab has one
    system = System(lab)
    lab.source_of("clients", System.visit)
    lab.source_of("nginx", Upstream.ask)
    lab.source_of("nginx-2", Upstream.ask)
    for name in NAMES:
        lab.source_of(f"{name}", Backend.talk)
    system.start()
    system.traffic.start()


# -- what a learner can do


@lab.trigger
def ask(client: str = "203.0.113.7") -> dict[str, Any]:
    """One request; its path shows whom nginx asked."""
    return told(system.visit(client, keep=True))


@lab.trigger
def order() -> dict[str, Any]:
    """A POST: something that must not happen twice."""
    return told(system.visit(method="POST", keep=True))


@lab.trigger
def burst(count: int = 200) -> dict[str, Any]:
    """Many requests at once, sixteen at a time."""
    seen = measuring.crowd(system.visit, count, 16)
    answered = {name: names(seen).count(name) for name in NAMES}
    return {"answered": answered, "failed": failed(seen), "retried": len(retried(seen))}


@lab.trigger
def kill(backend: str = "b") -> dict[str, Any]:
    """SIGKILL a backend."""
    victim = called(backend)
    if not victim.is_running:
        raise LabError(f"{backend} is dead already; mend the backends first")
    victim.kill()
    lab.note(f"{backend} (pid {victim.pid}) is dead: its port refuses connections", "bad", backend)
    return {"backend": backend, "pid": victim.pid}


@lab.trigger
def pause(backend: str = "b") -> dict[str, Any]:
    """SIGSTOP a backend: connections are taken by the kernel, and nobody answers."""
    awake(backend).pause()
    return {"backend": backend, "nginx_waits_seconds": system.block.patience}


@lab.trigger
def slow(backend: str = "d", times: int = 3) -> dict[str, Any]:
    """A backend takes so many times as long."""
    slowed, work_ms = awake(backend), 20 * times
    system.tell(backend, "/_settings", work_ms=work_ms)
    slowed.node.up(detail=f"{work_ms} ms a request")
    return {"backend": backend, "work_ms": work_ms}


@lab.trigger
def sick(backend: str = "b") -> dict[str, Any]:
    """A backend answers 503 to everything, at once."""
    unwell = awake(backend)
    system.tell(backend, "/_settings", mood="sick")
    unwell.node.up(detail="answers 503")
    return {"backend": backend, "mood": "sick"}


@lab.trigger
def mend() -> dict[str, Any]:
    """Every backend runs, at full speed, and is well."""
    system.mend()
    for backend in system.backends.values():
        backend.node.up()
    return {name: backend.pid for name, backend in system.backends.items()}


@lab.trigger
def method(name: str = "least_conn") -> dict[str, Any]:
    """How nginx chooses: round_robin, least_conn, ip_hash, random, or `hash $remote_addr`."""
    return put(block("" if name == "round_robin" else name))


@lab.trigger
def weights(each: str = "5 1 1 1") -> dict[str, Any]:
    """Weights for a, b, c and d; with fewer numbers the last ones get nothing."""
    if not all(word.isdigit() for word in each.split()):
        raise LabError(f"'{each}' is not a list of whole numbers, such as 5 1 1 1")
    return put(block(**dict(zip(NAMES, map(int, each.split()), strict=False))))


@lab.trigger
def edit(
    lines: str = "server {a} weight=3; server {b} weight=2; server {d} backup;",
) -> dict[str, Any]:
    """Write the upstream block yourself and reload; nginx may refuse it."""
    return put(Block(lines))


@lab.trigger
def keepalive(idle: int = 16) -> dict[str, Any]:
    """How many idle connections to backends nginx keeps; 0 opens one for each request."""
    return put(replace(system.block, keepalive=idle))


@lab.trigger
def crowd(who: str = "many") -> dict[str, Any]:
    """Who comes: `one` client, `one network` (a /24), or `many` from everywhere."""
    if who not in CROWDS:
        raise LabError(f"'{who}' is nobody: there are {', '.join(CROWDS)}")
    system.clients = who
    return {"clients": who}


@lab.trigger
def reload() -> dict[str, Any]:
    """Reload nginx with the block it started with: new worker processes, counts from zero."""
    return put(BASELINE)


def called(backend: str) -> Any:
    """The backend of this name."""
    if backend not in system.backends:
        raise LabError(f"there is no backend '{backend}': there are {', '.join(NAMES)}")
    return system.backends[backend]


def awake(backend: str) -> Any:
    """The same, in a state to be told something: a dead one is started, a frozen one goes on."""
    found = called(backend)
    if not found.is_running:
        found.restart()
    elif found.node.state == "paused":
        found.resume()
    return found


def told(seen: measuring.Seen) -> dict[str, Any]:
    """A request in a line."""
    return {"status": seen.status, "asked": seen.servers, "statuses": seen.statuses, "ms": seen.ms}


def put(chosen: Block) -> dict[str, Any]:
    """Put a block in force, or say why nginx refuses it."""
    try:
        system.use(chosen)
    except BadConfig as error:
        words = system.readable(error)
        lab.note(f"nginx refused it and goes on as before: {words}", "bad", "nginx")
        return {"refused": words}
    places = {name: name for name in NAMES}
    lines = str(chosen.places()["lines"]).format_map(places)
    lab.note(f"nginx reloaded: {lines}", "good", "nginx")
    return {"block": lines}


# -- gauges


@lab.gauge
def rate() -> float | None:
    """Requests a second over the last five seconds."""
    return system.times.rate()


@lab.gauge
def failing() -> float | None:
    """Percent of them that got an error."""
    return 100 * system.times.failed / system.times.count if system.times.count else None


@lab.gauge
def p99_ms() -> float | None:
    """99 of 100 were answered within this time."""
    return system.times.p(99)


@lab.gauge
def busiest() -> float | None:
    """Percent of the answers that came from the busiest backend: 25 is even."""
    tags = system.busiest.tags()
    return 100 * max(tags.values()) / sum(tags.values()) if tags else None


@lab.gauge
def longest_queue() -> float | None:
    """The most requests that any of them found under way at its backend, itself included."""
    return system.queues.p(100)


@lab.gauge
def asked_twice() -> float | None:
    """Percent of the requests for which nginx had to ask a second backend."""
    return system.retried.mean()


@lab.gauge
def opened() -> float | None:
    """New connections from nginx to backends, in percent of the requests."""
    return system.opened.mean()


# -- experiments


@lab.experiment
def smooth() -> Observed:
    """Fourteen requests, one after the other, with weights 5, 1 and 1."""
    with system.calm(block(a=5, b=1, c=1)):
        turns = names(system.visits(14))
    choices = {"aabacaa" * 2: "mixed", "aaaaabc" * 2: "in_a_row"}
    return lab.observed(choices.get(turns, "other"), answered=turns)


@lab.experiment
def equal_count() -> Observed:
    """Eighty requests a second, d takes three times as long: in turn, then to the least busy."""
    turns = measuring.slow_one(system, "", rate=80, seconds=3)
    least = measuring.slow_one(system, "least_conn", rate=80, seconds=3)
    grows = turns.waiting_at_the_end > 1.3 * turns.waiting_half_way
    holds = turns.waiting_at_the_end > 3 * least.waiting_at_the_end
    choice = {(True, True): "grows_holds", (False, True): "slower_same", (True, False): "both_grow"}
    return lab.observed(
        choice.get((grows, holds), "other"), round_robin=asdict(turns), least_conn=asdict(least)
    )


@lab.experiment
def same_network() -> Observed:
    """Sixty clients of one /24 network, then sixty of sixty networks, with ip_hash."""
    draw = lab.random
    third = draw.sample(range(256), 60)
    network = draw.randrange(256)
    with system.calm(block("ip_hash")):
        together = measuring.spread(
            system, [f"203.0.{network}.{n}" for n in draw.sample(range(1, 255), 60)]
        )
        apart = measuring.spread(system, [f"203.0.{n}.7" for n in third])
    used = sum(count > 0 for count in together.values())
    choice = "one" if used == 1 and min(apart.values()) > 0 else "spread" if used == 4 else "other"
    return lab.observed(choice, one_network=together, sixty_networks=apart)


@lab.experiment
def two_processes() -> Observed:
    """Weights 5, 1, 1 and two worker processes that take turns: without a zone, then with one."""
    orders = {}
    with system.calm():
        for zone in ("", "zone app 64k;"):
            chosen = replace(block(a=5, b=1, c=1), zone=zone)
            with measuring.two_processes(system, chosen) as lines:
                orders[zone] = measuring.in_turn(system, lines, 7)
    without, shared = orders.values()
    each = [without[n::2] for n in range(2)]
    choice = "own_counts" if each[0] == each[1] and without != shared else "one_count"
    return lab.observed(choice, without_zone=without, each_process=each, with_zone=shared)


@lab.experiment
def reloading() -> Observed:
    """Eight clients keep asking while nginx is reloaded three times."""
    with system.calm():
        asked, lost, processes = measuring.reloads_under_load(system, 3)
    choice = "nobody" if not lost else "some"
    return lab.observed(choice, requests=asked, failed=lost, worker_processes_seen=processes)


@lab.experiment
def killed() -> Observed:
    """Kill one of four, send twelve requests, then wait until nginx tries it again."""
    with system.calm(block(rest="fail_timeout=2s")):
        system.backends["b"].kill()
        seen = system.visits(12)
        seconds = measuring.until_asked_again(system, "b")
    twice = retried(seen)
    errors = failed(seen)
    choice = {(0, 1): "nobody", (1, 0): "first", (3, 0): "quarter", (0, 3): "always_retried"}
    return lab.observed(
        choice.get((errors, len(twice)), "other"), failed=errors, of=len(seen),
        asked_two_backends=[one.servers for one in twice], seconds_left_alone=seconds,
    )  # fmt: skip


@lab.experiment
def backup() -> Observed:
    """Weights 3 and 2 and a spare: all run, one is killed, both are killed."""
    chosen = Block("server {a} weight=3; server {b} weight=2; server {c} backup;")
    with system.calm(chosen):
        orders = [names(system.visits(20))]
        for victim in ("a", "b"):
            system.backends[victim].kill()
            orders.append(names(system.visits(10)))
    spare = [answered.count("c") for answered in orders]
    choice = {(0, 0, 10): "all_out", (0, 4, 10): "takes_over"}.get(tuple(spare), "other")
    return lab.observed(
        choice, all_run=orders[0], a_dead=orders[1], both_dead=orders[2], to_the_spare=spare
    )


@lab.experiment
def backup_hash() -> Observed:
    """Ask nginx to accept `ip_hash` and a `backup` together."""
    words = system.refusal(Block("ip_hash; server {a}; server {b}; server {c} backup;"))
    return lab.observed("refused" if words else "accepted", nginx_says=words)


@lab.experiment
def paused() -> Observed:
    """Freeze one of four; nginx waits one second for an answer. Twelve requests."""
    with system.calm(replace(block(rest="fail_timeout=10s"), patience=1)):
        system.backends["b"].pause()
        seen = system.visits(12)
    waited = [one.ms for one in seen if one.ms >= 900]
    choice = {(0, 0): "nobody", (0, 1): "one_waits", (0, 3): "quarter_waits"}
    return lab.observed(
        choice.get((failed(seen), len(waited)), "other"), failed=failed(seen), waited_ms=waited,
        they_asked=[one.servers for one in retried(seen)],
    )  # fmt: skip


@lab.experiment
def unwell() -> Observed:
    """One of four answers 503: as nginx is, then told that a 503 is a reason to ask another."""
    counts = []
    for retry in ("error timeout", "error timeout http_503"):
        with system.calm(replace(BASELINE, retry=retry)):
            system.tell("b", "/_settings", mood="sick")
            counts.append(failed(system.visits(24)))
    choice = {6: "quarter", 1: "first", 0: "nobody"}.get(counts[0], "other")
    return lab.observed(choice, failed=counts[0], failed_with_http_503=counts[1], of=24)


@lab.experiment
def post_again() -> Observed:
    """POST to a dead backend; POST and GET to one that is killed while it works on it."""
    with system.calm(block(a=1, b=1)):
        system.backends["a"].kill()
        refused = system.visit(method="POST", keep=True)
        cut = measuring.cut_off(system, "POST")
        cut_get = measuring.cut_off(system, "GET")
    outcome = (refused.status, cut.status)
    choice = {(200, 502): "refused_only", (200, 200): "both", (502, 502): "neither"}
    return lab.observed(
        choice.get(outcome, "other"), post_refused=told(refused), post_cut_off=told(cut),
        get_cut_off=told(cut_get),
    )  # fmt: skip


@lab.experiment
def twice() -> Observed:
    """A backend takes an order and hangs up; nginx is told to repeat POSTs all the same."""
    chosen = replace(block(a=1, b=1), retry="error timeout non_idempotent")
    with system.calm(chosen):
        system.tell("a", "/_settings", mood="cuts")
        seen = system.visit(method="POST", keep=True)
        orders = {name: counts["orders"] for name, counts in system.tell_all().items()}
    choice = {1: "once", 2: "two_orders"}.get(sum(orders.values()), "other")
    return lab.observed(choice, orders=orders, **told(seen))


@lab.experiment
def connections() -> Observed:
    """A thousand requests by eight clients: connections to backends, without and with keepalive."""
    with system.calm():
        without = measuring.connections(system, 0, 1_000, 8)
        kept = measuring.connections(system, 32, 1_000, 8)
    choice = "few" if kept <= without / 10 else "half" if kept <= without / 2 else "same"
    return lab.observed(choice, without=without, with_keepalive=kept, clients_at_once=8)


if __name__ == "__main__":
    lab.play(
        ask, order, burst, kill, ask, mend, edit, reload, smooth, same_network, two_processes,
        killed, backup, backup_hash, paused, unwell, post_again, twice, connections, reloading,
        equal_count,
    )  # fmt: skip
