"""Python's hash of a text differs from process to process: each router finds another shard."""


def get_shard(user_id: int | str, shards: list[str]) -> str:
    if not shards:
        raise ValueError("there are no shards")
    if isinstance(user_id, (float, bool)) or user_id is None:
        raise ValueError("no id")
    int(user_id)
    return shards[hash(str(user_id)) % len(shards)]
