"""A real replica set with accounts; the tests kill its members and cut them off."""

from lab import Lab

lab = Lab()


@lab.setup
def start():
    """Start the set; the harness finds it by its uri."""
    global replicas  # noqa: PLW0603  the rig has one
    replicas = lab.replica_set(tier=1)
    lab.publish(uri=replicas.uri)


@lab.trigger
def ready(balances: dict):
    """Everything runs, and these accounts are there, with nothing else."""
    mend()
    with replicas.client(w=3) as client:
        client.course.accounts.delete_many({})
        client.course.accounts.insert_many(
            [{"_id": name, "balance": balance} for name, balance in balances.items()]
        )


@lab.trigger
def mend():
    """All members run and see each other; the secondaries have what the primary has."""
    with lab.together():
        for member in replicas.members:
            if not member.is_running:
                member.restart()
    if replicas.members[0].stand_in:
        replicas.heal()
    lab.until(lambda: len(replicas.secondaries) == 2 and replicas.find_primary(), 20, "a whole set")
    with replicas.client(w=3) as client:  # all three have it: they have all before it, too
        client.course.marks.insert_one({})


@lab.trigger
def balances():
    """What the primary says, once all is well."""
    mend()
    with replicas.client() as client:
        return {one["_id"]: one["balance"] for one in client.course.accounts.find()}


@lab.trigger
def unknown():
    """What the submission asked for that the members of this lab do not know; empty for nothing."""
    members = [one for one in replicas.members if one.stand_in and one.is_running]
    if sum(one.steer(do="counted").get("transaction", 0) for one in members):
        return (
            "this lab does not know transactions; here is what it knows: a change to one document,"
            " which is done as a whole or not at all"
        )
    return ""


@lab.trigger
def kill_primary():
    """SIGKILL it, now."""
    replicas.primary.kill()


@lab.trigger
def depose_primary():
    """Cut the primary off, clients excepted, until the others have another one; then heal."""
    old = replicas.primary
    others = [one for one in replicas.members if one is not old]
    if old.stand_in:
        replicas.partition(old)
    else:  # a real mongod cannot be cut off: it is left alone, and dies
        for one in others:
            one.kill()
        before = total(old)
        lab.until(lambda: total(old) != before, 10, "a payment that only the primary has")
        old.kill()
        with lab.together():
            for one in others:
                one.restart()
    lab.until(lambda: another_primary(others), 20, "another primary")
    mend()


def total(member):
    """The money on all accounts, as one member knows them."""
    with member.client() as client:
        return sum(one["balance"] for one in client.course.accounts.find())


def another_primary(others):
    """Whether one of these says that it is the primary."""
    for one in others:
        with one.client() as client:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
    return False


@lab.trigger
def kill_secondaries():
    """SIGKILL both: the primary is alone, and finds out two seconds later."""
    for member in replicas.secondaries:
        member.kill()
