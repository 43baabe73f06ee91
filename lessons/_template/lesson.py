"""The lab of this lesson. Runs alone: `python lesson.py`."""

from lab import Lab, Observed

lab = Lab()


@lab.setup
def start() -> None:
    """Start the service; return when it answers."""
    lab.node("clients", "client", 0).up()
    port = lab.free_port()
    service = lab.process("service", ["python", "service.py", str(port)], role="app", tier=1,
                          ready=port)  # fmt: skip
    lab.edge("clients", "service")
    running.update(port=port, service=service)


running: dict = {}  # what the functions below share


@lab.trigger
def request(times: int = 1) -> dict[str, int]:
    """Ask it, and see the count."""
    count = 0
    for _ in range(times):
        reply = lab.http(running["port"])
        count = int(reply.body)
        lab.flow("clients", "service", reply.ms, ok=reply.ok)
        lab.request(str(reply.status), [("clients",), ("service", reply.ms, f"count {count}")])
    return {"count": count}


@lab.trigger
def crash() -> dict[str, int]:
    """Kill the process and start it again."""
    old = running["service"].pid
    running["service"].kill()
    running["service"].restart()
    lab.note(f"pid {old} died, pid {running['service'].pid} took its place", tone="bad")
    return {"old_pid": old, "new_pid": running["service"].pid}


@lab.gauge
def asked() -> float | None:
    """The service's own count."""
    reply = lab.http(running["port"], "/count", timeout=0.5)
    return float(reply.body) if reply.ok else None


@lab.experiment
def forgets() -> Observed:
    """Ask five times, kill it, look at the count: the choice is computed from what is seen."""
    crash()
    before = request(5)["count"]
    crash()
    after = int(lab.http(running["port"], "/count").body)
    choice = {0: "zero", before: "five"}.get(after, "other")
    return lab.observed(choice, before=before, after=after)


if __name__ == "__main__":
    lab.play(request, crash, forgets)
