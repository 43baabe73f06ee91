"""Line by line, as a beginner writes it."""


def get_shard(user_id, shards):
    if len(shards) == 0:
        raise ValueError("there are no shards")
    if isinstance(user_id, bool):
        raise ValueError("a truth value is no id")
    if not isinstance(user_id, int) and not isinstance(user_id, str):
        raise ValueError("an id is a whole number, or text of one")
    number = int(user_id)
    count = len(shards)
    place = number % count
    return shards[place]
