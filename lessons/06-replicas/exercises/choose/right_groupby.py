"""Filters, grouped by role, combined by a table of functions."""

from collections import defaultdict
from functools import reduce

COMBINE = {
    "primary": lambda p, s: p,
    "secondary": lambda p, s: s,
    "primaryPreferred": lambda p, s: p if p else s,
    "secondaryPreferred": lambda p, s: s if s else p,
    "nearest": lambda p, s: p | s,
}


def candidates(members, session, mode="secondaryPreferred"):
    by_role = defaultdict(set)
    for place, member in enumerate(members):
        late = any(member["applied"] < session[mark] for mark in ("wrote", "seen"))
        if member["role"] == "primary" or not late:
            by_role[member["role"]].add(place)
    places = sorted(COMBINE[mode](by_role["primary"], by_role["secondary"]))
    if not places:
        return []
    fastest = reduce(min, (members[place]["rtt_ms"] for place in places))
    return [members[p]["name"] for p in places if members[p]["rtt_ms"] - fastest <= 15]


def remember(session, kind, clock):
    copy = session.copy()
    field = dict(write="wrote", read="seen")[kind]
    copy[field] = max(copy[field], clock)
    return copy
