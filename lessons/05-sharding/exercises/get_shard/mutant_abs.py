"""Takes the sign away from negative ids, which puts them on other shards."""


def get_shard(user_id: int | str, shards: list[str]) -> str:
    if not shards:
        raise ValueError("there are no shards")
    if isinstance(user_id, (float, bool)) or user_id is None:
        raise ValueError("no id")
    return shards[abs(int(user_id)) % len(shards)]
