"""Asks the submission many questions at once, and lets a set that is played outside ask it."""

import itertools

import outside
from submission import candidates, remember

ROLES = {"p": "primary", "s": "secondary", "u": "unknown"}


def choose(members, session, mode=None):
    """Who may answer; without a mode, what the function does by itself."""
    return candidates(members, session, *([] if mode is None else [mode]))


def all_sets(mixtures, mode, clock, base, sessions):
    """Names for every set of members with these mixtures of roles, in a fixed order.

    Each member lacks a write or has exactly the last one, and is at 0, 15 or 15.25 ms.
    """
    found = []
    for roles in mixtures:
        for applied in itertools.product((-1, 0), repeat=len(roles)):
            for slower in itertools.product((0, 15, 15.25), repeat=len(roles)):
                members = [
                    {"name": n, "role": ROLES[r], "applied": clock + more, "rtt_ms": base + ms}
                    for n, r, more, ms in zip("bca", roles, applied, slower, strict=False)
                ]
                found += ["".join(candidates(members, one, mode)) for one in sessions]
    return ",".join(found)


def sequence(replies):
    """A session after each of these replies, and whether each was left as it was."""
    session = {"wrote": 0, "seen": 0}
    steps = []
    for kind, clock in replies:
        before = dict(session)
        after = remember(session, kind, clock)
        steps.append({"session": dict(after), "untouched": session == before})
        session = after
    return steps


def serve():
    """Choose and remember for the set that is played outside, until it has had enough."""
    question = outside.ask("begin")
    while question is not None:
        function = {"candidates": candidates, "remember": remember}[question["do"]]
        question = outside.ask("answered", function(*question["args"]))
