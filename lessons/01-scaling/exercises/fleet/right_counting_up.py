"""How many boxes, and which? Buys one after the other until it is enough."""

from itertools import count


class NoSense(ValueError):
    """Somebody asked for what cannot be."""


def check(**facts):
    for name, (value, least) in facts.items():
        if value < least:
            raise NoSense(f"{name} cannot be {value}")


def enough(alive, load, per_box, limit):
    """Whether so many boxes bear the load, in hundredths of a request."""
    return alive >= 1 and alive * per_box * limit >= 100 * load


def bought(load, per_box, limit, alive_of):
    check(load=(load, 0), per_box=(per_box, 1), limit=(limit, 1))
    if limit > 100:
        raise NoSense("nobody is busier than 100 percent")
    start = load // per_box
    return next(n for n in count(start) if enough(alive_of(n), load, per_box, limit))


def boxes(load, per_box, limit, failures):
    check(failures=(failures, 0))
    return bought(load, per_box, limit, lambda n: n - failures)


def boxes_over_zones(load, per_box, limit, zones):
    check(zones=(zones, 2))

    def without_the_fullest(n):
        in_zone = [0] * zones
        for box in range(n):
            in_zone[box % zones] += 1
        return n - max(in_zone)

    return bought(load, per_box, limit, without_the_fullest)


def cheapest(load, limit, failures, kinds):
    best = None
    for kind in kinds:
        n = boxes(load, kind["rate"], limit, failures)
        offer = {"name": kind["name"], "boxes": n, "price": n * kind["price"]}
        if (
            best is None
            or offer["price"] < best["price"]
            or (offer["price"] == best["price"] and n > best["boxes"])
        ):
            best = offer
    if best is None:
        raise NoSense("no kinds")
    return best
