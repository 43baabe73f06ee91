"""By structural pattern matching."""


def get_shard(user_id, shards):
    match user_id, shards:
        case _, []:
            raise ValueError("no shards")
        case bool(), _:
            raise ValueError("a bool is no id")
        case int() | str(), [*names]:
            return names[int(user_id) % len(names)]
        case _:
            raise ValueError(f"{user_id!r} is no id")
