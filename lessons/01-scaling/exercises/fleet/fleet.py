"""How many boxes, and which?"""

from typing import Any


def boxes(load: int, per_box: int, limit: int, failures: int) -> int:
    """How many boxes bear the load when so many of them are dead."""
    return load // per_box


def boxes_over_zones(load: int, per_box: int, limit: int, zones: int) -> int:
    """How many boxes bear the load when the fullest zone is dead."""
    return load // per_box


def cheapest(load: int, limit: int, failures: int, kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """Which kind of box to buy, how many, and what they cost together."""
    return {"name": kinds[0]["name"], "boxes": 1, "price": kinds[0]["price"]}
