"""With a regular expression for what an id looks like."""

import re

ID = re.compile(r"\s*[+-]?[0-9]+\s*")


def get_shard(user_id, shards):
    if isinstance(user_id, str) and ID.fullmatch(user_id):
        user_id = int(user_id)
    if isinstance(user_id, bool) or not isinstance(user_id, int) or not shards:
        raise ValueError((user_id, shards))
    return shards[user_id % len(shards)]
