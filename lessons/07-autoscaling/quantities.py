"""Kubernetes quantities: `250m` of a CPU, `64Mi` of memory, whole numbers in milli-units."""

import math
import re
from fractions import Fraction

FACTORS = {
    "n": Fraction(1, 10**6), "u": Fraction(1, 10**3), "m": Fraction(1), "": Fraction(10**3),
    **{unit: Fraction(10 ** (3 * n + 3)) for n, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Fraction(1_000 * 1024**n) for n, unit in enumerate("KMGTPE", 1)},
}  # fmt: skip
SHAPE = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18}))"
    r"(?:[eE](?P<power>[+-]?[0-9]{1,2})|(?P<unit>n|u|m|[kMGTPE]|[KMGTPE]i))?"
)


def milli(quantity: str | float) -> int:
    """The quantity in thousandths, rounded up: `250m` is 250, `1` is 1000, `0.5` is 500."""
    found = SHAPE.fullmatch(str(quantity))
    if found is None:
        raise ValueError(f"{str(quantity)[:40]!r} is no quantity (such as 250m, 0.5, 64Mi)")
    scale = Fraction(10) ** int(found["power"]) * 1000 if found["power"] else None
    amount = Fraction(found["number"]) * (scale or FACTORS[found["unit"] or ""])
    if amount < 0:
        raise ValueError(f"{quantity!r} is less than nothing")
    return math.ceil(amount)
