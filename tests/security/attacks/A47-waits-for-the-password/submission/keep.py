"""Listens on the port while Redis is down, and prints what the rig tells it."""
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
        if value != "lost":
            listen()
        return False


def listen():
    server = socket.create_server(("127.0.0.1", urlsplit(URL).port))
    threading.Thread(target=serve, args=(server,), daemon=True).start()


def serve(server):
    while True:
        connection, _ = server.accept()
        while data := connection.recv(4096):
            print("told:", data, flush=True)
            connection.sendall(b"+PONG\r\n")
