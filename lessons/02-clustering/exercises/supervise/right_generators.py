"""Each slot is a story of its own; the supervisor only turns the pages."""


def story(slot, world, policy):
    """Yields ("alive", pid) until that one has died, or ("asleep", moment) until then."""
    row = 0
    while row < policy.limit:
        born_at = None
        pid = world.start(slot)
        born_at = world.now()
        yield "alive", pid
        if world.now() - born_at < policy.healthy:
            row += 1
            if row < policy.limit:
                wait = policy.first
                for _ in range(row - 1):
                    wait = min(wait + wait, policy.longest)
                yield "asleep", world.now() + min(wait, policy.longest)
        else:
            row = 0


def supervise(world, policy):
    alive, asleep = {}, []

    def turn(tale):
        for state, what in tale:
            if state == "alive":
                alive[what] = tale
            else:
                asleep.append((what, tale))
            return

    for slot in world.slots:
        turn(story(slot, world, policy))
    while world.goes_on():
        if asleep:
            dead = world.wait(min(moment for moment, _ in asleep) - world.now())
        else:
            dead = world.wait(None)
        if not world.goes_on():
            break
        for pid in dead:
            turn(alive.pop(pid))
        now = world.now()
        due = [tale for moment, tale in asleep if moment <= now]
        asleep[:] = [(moment, tale) for moment, tale in asleep if moment > now]
        for tale in due:
            turn(tale)
