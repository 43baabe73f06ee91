"""By single dispatch on the type of the id."""

from functools import singledispatch


@singledispatch
def number_of(user_id):
    raise ValueError(f"{user_id!r} is no id")


@number_of.register
def _(user_id: int):
    return user_id


@number_of.register
def _(user_id: bool):
    raise ValueError("a bool is no id")


@number_of.register
def _(user_id: str):
    return int(user_id)


def get_shard(user_id, shards):
    try:
        return shards[number_of(user_id) % len(shards)]
    except ZeroDivisionError:
        raise ValueError("no shards") from None
