"""A replica set in virtual time: clients write and read through the submission's choices."""

import random

from submission import candidates, remember


class Member:
    """Has every write that is older than its lag; never forgets one."""

    def __init__(self, name, lag):
        self.name, self.lag, self.applied = name, lag, 0
        self.role = "primary" if lag is None else "secondary"

    def catch_up(self, now, written):
        late = self.lag or 0
        if self.role != "unknown":
            self.applied = max(self.applied, sum(at + late <= now for at in written))


def play(lags, acts, seed):
    """Do [time, session, act, …] in order; what every read got.

    `lags` maps members to seconds, the primary to None. Acts are "write", "read", and
    ["lag", member, seconds], ["down", member], in place of the session's name and its act.
    """
    source, written, sessions, reads = random.Random(seed), [], {}, []
    members = {name: Member(name, lag) for name, lag in lags.items()}
    for now, who, act, *details in acts:
        for member in members.values():
            member.catch_up(now, written)
        session = sessions.get(who, {"wrote": 0, "seen": 0})
        if act == "lag":
            members[who].lag = details[0]
        elif act == "down":
            members[who].role = "unknown"
        elif act == "write":
            written.append(now)
            sessions[who] = remember(session, "write", len(written))
        else:
            names = candidates(view(members, source), session)
            one = members[source.choice(names)] if names else None
            clock = one.applied if one else -1
            if one and one.role == "primary":
                clock = len(written)
            reads.append({"who": who, "at": now, "member": one and one.name, "clock": clock,
                          "asked_the_dead": bool(one and one.role == "unknown")})  # fmt: skip
            if one:
                sessions[who] = remember(session, "read", clock)
    return reads


def view(members, source):
    """The members as a router sees them, in no particular order."""
    seen = [
        {"name": m.name, "role": m.role, "applied": m.applied, "rtt_ms": 1.0}
        for m in members.values()
    ]
    source.shuffle(seen)
    return seen


def sequence(replies):
    """A session after each of these replies, and whether the first one was left alone."""
    session = first = {"wrote": 0, "seen": 0}
    steps = []
    for kind, clock in replies:
        session = remember(session, kind, clock)
        steps.append(dict(session))
    return {"steps": steps, "untouched": first == {"wrote": 0, "seen": 0}}
