"""Asks the id itself whether it is whole; takes 42.0 for user 42, which the task leaves open."""

import operator
from fractions import Fraction


def get_shard(user_id, shards):
    try:
        if user_id is True or user_id is False:
            raise TypeError
        if isinstance(user_id, str):
            user_id = int(user_id.strip(), 10)
        elif isinstance(user_id, float):
            user_id = Fraction(user_id)
            user_id = user_id.numerator if user_id.denominator == 1 else None
        place = operator.index(user_id) % len(shards)
    except (TypeError, ZeroDivisionError) as error:
        raise ValueError(f"no shard for {user_id!r}") from error
    return next(name for number, name in enumerate(shards) if number == place)
