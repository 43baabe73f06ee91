"""One pass over the members, and one number that says how welcome each is."""


def remember(session, kind, clock):
    wrote, seen = session["wrote"], session["seen"]
    if kind == "write":
        wrote = clock if clock > wrote else wrote
    else:
        seen = clock if clock > seen else seen
    return {"wrote": wrote, "seen": seen}


def rank(member, session, mode):
    role = member["role"]
    if role not in ("primary", "secondary"):
        return None
    if role == "secondary" and member["applied"] < max(session["wrote"], session["seen"]):
        return None
    if mode == "nearest" or mode == role or mode == role + "Preferred":
        return 0
    return 1 if mode.endswith("Preferred") else None


def candidates(members, session, mode="secondaryPreferred"):
    ranks = [rank(member, session, mode) for member in members]
    best = min((r for r in ranks if r is not None), default=None)
    pool = [member for member, r in zip(members, ranks) if r is not None and r == best]
    return [one["name"] for one in pool if not any(one["rtt_ms"] > o["rtt_ms"] + 15 for o in pool)]
