"""Keep a worker alive in every slot."""


def supervise(world, policy):
    """Start one worker per slot and replace those who die, until the system shuts down.

    This one fills the slots once and replaces whoever dies, at once and for ever. A worker that
    crashes at birth makes it spin. Give each slot a back-off, and a limit.
    """
    slot_of = {}
    for slot in world.slots:
        slot_of[world.start(slot)] = slot

    while world.goes_on():
        for pid in world.wait(None):
            slot = slot_of.pop(pid)
            slot_of[world.start(slot)] = slot
