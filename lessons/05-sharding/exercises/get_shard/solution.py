"""Which shard holds a user?"""


def get_shard(user_id: int | str, shards: list[str]) -> str:
    """Return the name of the shard that holds this user."""
    if not shards:
        raise ValueError("there are no shards")
    if isinstance(user_id, bool) or not isinstance(user_id, (int, str)):
        raise ValueError(f"{user_id!r} is no user id")  # noqa: TRY004  the task asks for it
    return shards[int(user_id) % len(shards)]
