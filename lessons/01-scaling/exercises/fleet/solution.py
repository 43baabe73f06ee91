"""How many boxes, and which?"""

from typing import Any


def boxes(load: int, per_box: int, limit: int, failures: int) -> int:
    """How many boxes bear the load when so many of them are dead."""
    if failures < 0:
        raise ValueError("failures cannot be negative")
    return living(load, per_box, limit) + failures


def boxes_over_zones(load: int, per_box: int, limit: int, zones: int) -> int:
    """How many boxes bear the load when the fullest zone is dead."""
    if zones < 2:
        raise ValueError("of a single zone nothing would be left")
    needed = living(load, per_box, limit)
    count = needed
    while count - rounded_up(count, zones) < needed:
        count += 1
    return count


def cheapest(load: int, limit: int, failures: int, kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """Which kind of box to buy, how many, and what they cost together."""
    if not kinds:
        raise ValueError("there is nothing to buy")
    offers = []
    for kind in kinds:
        count = boxes(load, kind["rate"], limit, failures)
        offers.append({"name": kind["name"], "boxes": count, "price": count * kind["price"]})
    return min(offers, key=lambda offer: (offer["price"], -offer["boxes"]))


def living(load: int, per_box: int, limit: int) -> int:
    """How many boxes must be alive."""
    if load < 0 or per_box <= 0 or not 1 <= limit <= 100:
        raise ValueError("load, per_box or limit make no sense")
    return max(1, rounded_up(load * 100, per_box * limit))


def rounded_up(part: int, whole: int) -> int:
    """The quotient, rounded up, in whole numbers: no fraction is ever lost."""
    return -(-part // whole)
