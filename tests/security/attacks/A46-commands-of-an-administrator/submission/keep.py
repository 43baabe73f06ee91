"""Tries the commands that change the server."""
import json
import os

import redis

URL = json.loads(os.environ["LAB_RIG"])["redis_url"]


COMMANDS = [
    "CONFIG SET dir /tmp", "CONFIG SET dbfilename x", "CONFIG GET *", "SAVE", "BGSAVE",
    "MODULE LOAD /tmp/x.so", "DEBUG SLEEP 9", "DEBUG SEGFAULT", "REPLICAOF 127.0.0.1 1",
    "SLAVEOF NO ONE", "ACL SETUSER learner +@all", "ACL LIST", "CLIENT KILL TYPE normal",
    "CLIENT PAUSE 9000", "MONITOR", "FLUSHALL", "MIGRATE 127.0.0.1 1 k 0 9", "SHUTDOWN NOSAVE",
]


def keep(key, value):
    client = redis.Redis.from_url(URL, socket_timeout=1)
    for command in [*COMMANDS, *(f"EVAL {name} 0" for name in ("config", "shutdown"))]:
        words = command.split()
        if words[0] == "EVAL":
            words[1] = f"return redis.call('{words[1]}', 'get', 'dir')"
        try:
            client.execute_command(*words)
        except redis.RedisError as error:
            if any(sign in str(error).lower() for sign in ("permission", "can't run", "not allowed")):
                continue
            return f"{command}: {error}"
        return f"{command}: done"
    client.set(key, value)
    raise PermissionError("all denied")
