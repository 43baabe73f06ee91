"""Without an index: takes as many from an endless round as the remainder says."""

import operator
from itertools import cycle, islice


def get_shard(user_id, shards):
    if isinstance(user_id, str):
        user_id = int(user_id)
    elif user_id is True or user_id is False:
        raise ValueError(user_id)
    try:
        number = operator.index(user_id)
    except TypeError as error:
        raise ValueError(user_id) from error
    if not shards:
        raise ValueError("no shards")
    return next(islice(cycle(shards), number % len(shards), None))
