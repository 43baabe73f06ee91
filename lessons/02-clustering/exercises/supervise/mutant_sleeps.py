"""Sleeps through the back-off of one slot, and looks at nobody else meanwhile."""


def supervise(world, policy):
    """Start one worker per slot and replace those who die, one after the other."""
    living = {world.start(slot): (slot, 0.0) for slot in world.slots}
    crashes = dict.fromkeys(world.slots, 0)
    dead = []
    while world.goes_on():
        dead += world.wait(None) if not dead else []
        while dead:
            slot, born = living.pop(dead.pop(0))
            crashes[slot] = 0 if world.now() - born >= policy.healthy else crashes[slot] + 1
            if crashes[slot] >= policy.limit:
                continue
            if crashes[slot]:
                until = world.now() + min(policy.first * 2 ** (crashes[slot] - 1), policy.longest)
                while world.now() < until and world.goes_on():
                    dead += world.wait(until - world.now())
            if world.goes_on():
                living[world.start(slot)] = (slot, world.now())
