"""Puts every id it does not understand on the first shard."""


def get_shard(user_id: int | str, shards: list[str]) -> str:
    try:
        return shards[int(user_id) % len(shards)]
    except (TypeError, ValueError, ZeroDivisionError):
        return shards[0] if shards else ""
