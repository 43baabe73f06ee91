"""Says of each question what came back: a shard, or that it was refused as the task asks."""

from submission import get_shard


def find(user_id, shards):
    """The shard as {"shard": …}, or {"refused": True} for a ValueError of any kind."""
    try:
        return {"shard": get_shard(user_id, shards)}
    except ValueError:
        return {"refused": True}


def find_all(questions):
    """The same for many: of each [shards, user ids] the answers, each from a list of its own."""
    return [[find(user, list(shards)) for user in users] for shards, users in questions]
