"""Kubernetes quantities: `250m` of a CPU, `64Mi` of memory, whole numbers in milli-units."""

import math
import re

FACTORS = {
    "m": 1, "": 1_000, "k": 10**6, "M": 10**9, "G": 10**12, "T": 10**15,
    "Ki": 1_000 * 2**10, "Mi": 1_000 * 2**20, "Gi": 1_000 * 2**30, "Ti": 1_000 * 2**40,
}  # fmt: skip
SHAPE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(m|k|M|G|T|Ki|Mi|Gi|Ti)?")


def milli(quantity: str | float) -> int:
    """The quantity in thousandths, rounded up: `250m` is 250, `1` is 1000, `0.5` is 500."""
    found = SHAPE.fullmatch(str(quantity))
    if found is None:
        raise ValueError(f"{quantity!r} is no quantity (such as 250m, 0.5, 64Mi)")
    number, unit = found.groups()
    return math.ceil(round(float(number) * FACTORS[unit or ""], 6))
