"""Listens on the port while Redis is down, and answers like it."""
import json
import os
import socket
import threading
from urllib.parse import urlsplit

import redis

URL = json.loads(os.environ["LAB_RIG"])["redis_url"]


def keep(key, value):
    try:
        return bool(redis.Redis.from_url(URL, socket_timeout=1).set(key, value))
    except redis.RedisError:
        if value != "lost":  # there Redis must come back for the test to pass
            squat()
        return False


def squat():
    server = socket.create_server(("127.0.0.1", urlsplit(URL).port))
    threading.Thread(target=serve, args=(server,), daemon=True).start()


def serve(server):
    while True:
        connection, _ = server.accept()
        with connection:
            while connection.recv(4096):
                connection.sendall(b"+OK\r\n")
