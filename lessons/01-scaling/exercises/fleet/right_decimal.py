"""How many boxes, and which? With decimals, and a box of one zone more for each full row."""

from decimal import ROUND_CEILING, Decimal, localcontext


def _ceil(top, bottom):
    with localcontext() as context:
        context.prec = 60
        return int((Decimal(top) / Decimal(bottom)).to_integral_value(rounding=ROUND_CEILING))


def _alive(load, per_box, limit):
    if load < 0:
        raise ValueError(f"load {load} < 0")
    if not per_box > 0:
        raise ValueError(f"per_box {per_box} <= 0")
    if limit not in range(1, 101):
        raise ValueError(f"limit {limit} is no percentage")
    return _ceil(load * 100, per_box * limit) or 1


def boxes(load, per_box, limit, failures):
    if failures < 0:
        raise ValueError(f"failures {failures} < 0")
    return _alive(load, per_box, limit) + failures


def boxes_over_zones(load, per_box, limit, zones):
    if zones < 2:
        raise ValueError("one zone")
    alive = _alive(load, per_box, limit)
    return alive + _ceil(alive, zones - 1)


def cheapest(load, limit, failures, kinds):
    if len(kinds) == 0:
        raise ValueError("no kinds")
    table = []
    for kind in kinds:
        number = boxes(load, kind["rate"], limit, failures)
        table.append((number * kind["price"], -number, kind["name"]))
    table.sort(key=lambda row: row[:2])
    price, number, name = table[0]
    return {"price": price, "boxes": -number, "name": name}
