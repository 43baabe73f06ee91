"""A table with a row per slot, read from top to bottom at every turn."""


def supervise(world, policy):
    table = [
        {"slot": slot, "pid": None, "since": 0, "row": 0, "due": world.now()}
        for slot in world.slots
    ]

    while world.goes_on():
        for entry in table:
            if entry["due"] is not None and entry["due"] <= world.now():
                entry.update(pid=world.start(entry["slot"]), since=world.now(), due=None)

        alarms = sorted(entry["due"] for entry in table if entry["due"] is not None)
        died = set(world.wait(alarms[0] - world.now()) if alarms else world.wait(None))

        now = world.now()
        for entry in table:
            if entry["pid"] not in died:
                continue
            entry["pid"] = None
            if now - entry["since"] >= policy.healthy:
                entry["row"], entry["due"] = 0, now
            else:
                entry["row"] += 1
                pause = min(policy.longest, policy.first * pow(2, entry["row"] - 1))
                entry["due"] = now + pause if entry["row"] < policy.limit else None
