"""Three real databases with users; the tests kill, pause and mend them."""

from lab import Lab

lab = Lab()
NAMES = ["shard-1", "shard-2", "shard-3"]
shards = {}


@lab.setup
def start():
    """Start the databases; harness and tests find their ports."""
    with lab.together():
        shards.update({name: lab.mongo(name, tier=1) for name in NAMES})
    lab.publish(ports={name: shard.port for name, shard in shards.items()})


@lab.trigger
def fill(users: dict):
    """Put users on shards: {"shard-1": [{"_id": …}, …], …}, in place of what was there."""
    for name, some in users.items():
        with shards[name].client() as client:
            client.course.users.delete_many({})
            if some:
                client.course.users.insert_many(some)


@lab.trigger
def kill(shard: str):
    """SIGKILL a database."""
    shards[shard].kill()


@lab.trigger
def pause(shard: str):
    """SIGSTOP a database: it takes connections and never answers."""
    shards[shard].pause()


@lab.trigger
def mend():
    """Everything runs again."""
    for shard in shards.values():
        shard.resume() if shard.is_running else shard.restart()
