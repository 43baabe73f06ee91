"""Sessions and members as objects, which say themselves who may."""

from typing import NamedTuple


class Session(NamedTuple):
    wrote: int
    seen: int

    def after(self, kind, clock):
        wrote = max(self.wrote, clock) if kind == "write" else self.wrote
        seen = max(self.seen, clock) if kind == "read" else self.seen
        return Session(wrote, seen)


class Member(NamedTuple):
    name: str
    role: str
    applied: int
    rtt_ms: float

    def may_answer(self, session):
        fresh = self.applied >= session.wrote and self.applied >= session.seen
        return self.role == "primary" or (self.role == "secondary" and fresh)


def candidates(members, session, mode="secondaryPreferred"):
    session = Session(**session)
    able = [m for m in (Member(**one) for one in members) if m.may_answer(session)]
    wishes = {
        "primary": ["primary"],
        "secondary": ["secondary"],
        "primaryPreferred": ["primary", "secondary"],
        "secondaryPreferred": ["secondary", "primary"],
        "nearest": [("primary", "secondary")],
    }[mode]
    for roles in wishes:
        pool = [m for m in able if m.role == roles or (type(roles) is tuple and m.role in roles)]
        if pool:
            limit = sorted(m.rtt_ms for m in pool)[0] + 15
            return [m.name for m in pool if not m.rtt_ms > limit]
    return []


def remember(session, kind, clock):
    return Session(**session).after(kind, clock)._asdict()
