"""Who may answer a read, so that no session misses its writes or goes back in time."""

from typing import Any

WINDOW_MS = 15  # members this much slower than the fastest are as good


def candidates(
    members: list[dict[str, Any]], session: dict[str, int], mode: str = "secondaryPreferred"
) -> list[str]:
    """Return the names of the members that may answer."""
    return [member["name"] for member in members if member["role"] == "secondary"]


def remember(session: dict[str, int], kind: str, clock: int) -> dict[str, int]:
    """Return the session as it is after a reply."""
    return session
