"""From what visitors saw to the numbers of the objective."""

from collections.abc import Mapping
from math import inf
from typing import Any

from shoppers import Served, Shoppers


def percentile(times: list[float], percent: float) -> float:
    """The time that so many percent stay within; 0 for nobody."""
    ordered = sorted(times)
    return ordered[int(percent / 100 * (len(ordered) - 1))] if ordered else 0.0


def verdict(
    seen: list[Served], shoppers: Shoppers, quiet: tuple[float, float], nodes: int
) -> dict[str, Any]:
    """Everything the objective asks for, as measured."""
    before = [one for one in seen if quiet[0] <= one.at < quiet[1]]
    after = [one for one in seen if one.at >= quiet[1]]
    rough = percentile([one.ms for one in after if one.kind != "orders"], 99)
    good = sum(one.good for one in before + after)
    seconds = max((one.at for one in seen), default=0.0) - quiet[0]
    return {
        "quiet_visits": len(before), "quiet_good": sum(one.good for one in before),
        "visits": len(after), "good": sum(one.good for one in after),
        "lost_by_kind": {
            kind: sum(one.kind == kind and not one.good for one in after)
            for kind in ("pages", "users", "orders")
        },
        "p99_ms": round(rough, 1),
        "late_ms": round(shoppers.late_ms, 1), "stale": sum(one.is_stale for one in seen),
        "confirmed": len(shoppers.confirmed),
        "node_seconds": round(nodes * seconds, 1),
        "least_cost": round(100 * nodes * seconds / max(len(before + after), 1), 2),
        "cost": round(100 * nodes * seconds / max(good, 1), 2),
    }  # fmt: skip


def mails(
    confirmed: set[str], sent: Mapping[str, Any], written_at: Mapping[str, float]
) -> dict[str, int]:
    """How many confirmed orders have no mail, two mails, or a mail before they were written.

    Args:
        confirmed: The orders that visitors were told of.
        sent: What the mail server counted, by order.
        written_at: When the router knew an order to be in the store, on the same clock.
    """
    early = (at < written_at.get(order, inf) for order, at in sent["asked_at"].items())
    return {
        "without_mail": len(confirmed - set(sent["by_order"])),
        "mailed_twice": sum(count > 1 for count in sent["by_order"].values()),
        "mailed_early": sum(early),
    }
