"""With a class of its own for mistakes, which is a ValueError too."""


class NoUser(ValueError):
    pass


def parsed(user_id):
    if type(user_id) is int:
        return user_id
    if type(user_id) is str:
        try:
            return int(user_id)
        except ValueError:
            raise NoUser(user_id) from None
    raise NoUser(user_id)


def get_shard(user_id, shards):
    number = parsed(user_id)
    if not shards:
        raise NoUser("no shards")
    return shards[number % len(shards)]
