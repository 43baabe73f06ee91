"""Says of each question what came back: a shard, or that it was refused as the task asks."""

from submission import get_shard


def find(user_id, shards):
    """The shard as {"shard": …}, or {"refused": True} for a ValueError of any kind."""
    try:
        return {"shard": get_shard(user_id, shards)}
    except ValueError:
        return {"refused": True}


def find_all(questions):
    """The same for many: [user_id, shards] each."""
    return [find(user_id, shards) for user_id, shards in questions]
