"""Believes that one wake-up is one death."""

import math


def supervise(world, policy):
    """Start one worker per slot and replace those who die, until the system shuts down."""
    living = {}  # pid: (slot, when it was born)
    crashes = dict.fromkeys(world.slots, 0)  # at birth, in a row
    due = dict.fromkeys(world.slots, world.now())  # when each empty slot gets its next worker

    while world.goes_on():
        for slot, at in list(due.items()):
            if at <= world.now():
                del due[slot]
                living[world.start(slot)] = (slot, world.now())

        for pid in world.wait(seconds_until(world, due))[:1]:
            slot, born = living.pop(pid)
            healthy = world.now() - born >= policy.healthy
            crashes[slot] = 0 if healthy else crashes[slot] + 1
            due[slot] = world.now() + delay(policy, crashes[slot])


def delay(policy, crashes):
    """How long a slot stays empty after so many crashes in a row."""
    if crashes == 0:
        return 0.0
    if crashes >= policy.limit:
        return math.inf
    return min(policy.first * 2 ** (crashes - 1), policy.longest)


def seconds_until(world, due):
    """Until the next slot is due; None when none ever will be."""
    next_one = min(due.values(), default=math.inf)
    return None if next_one == math.inf else max(0.0, next_one - world.now())
