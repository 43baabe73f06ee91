"""Tries to listen on the port of Redis beside it."""
import json
import os
import socket
from urllib.parse import urlsplit

PORT = urlsplit(json.loads(os.environ["LAB_RIG"])["redis_url"]).port


def keep(key, value):
    for option in (socket.SO_REUSEPORT, socket.SO_REUSEADDR):
        for host in ("127.0.0.1", "0.0.0.0"):
            with socket.socket() as thief:
                thief.setsockopt(socket.SOL_SOCKET, option, 1)
                try:
                    thief.bind((host, PORT))
                    thief.listen()
                except OSError:
                    continue
                return "listening"
    raise PermissionError("in use")
