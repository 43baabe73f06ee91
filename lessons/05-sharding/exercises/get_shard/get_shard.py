"""Which shard holds a user?"""


def get_shard(user_id: int | str, shards: list[str]) -> str:
    """Return the name of the shard that holds this user."""
    return shards[0]
