"""Who may answer a read, so that no session misses its writes or goes back in time."""

from typing import Any

WINDOW_MS = 15  # members this much slower than the fastest are as good


def candidates(
    members: list[dict[str, Any]], session: dict[str, int], mode: str = "secondaryPreferred"
) -> list[str]:
    """Return the names of the members that may answer."""
    needed = max(session["wrote"], session["seen"])
    primaries = [m for m in members if m["role"] == "primary"]
    secondaries = [m for m in members if m["role"] == "secondary" and m["applied"] >= needed]
    choice = {
        "primary": primaries,
        "primaryPreferred": primaries or secondaries,
        "secondary": secondaries,
        "secondaryPreferred": secondaries or primaries,
        "nearest": [m for m in members if m in primaries or m in secondaries],
    }[mode]
    fastest = min((m["rtt_ms"] for m in choice), default=0)
    return [m["name"] for m in choice if m["rtt_ms"] <= fastest + WINDOW_MS]


def remember(session: dict[str, int], kind: str, clock: int) -> dict[str, int]:
    """Return the session as it is after a reply."""
    mark = "wrote" if kind == "write" else "seen"
    return {**session, mark: max(session[mark], clock)}
