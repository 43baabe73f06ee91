"""Connects out."""
import socket


def double(*args, **kwargs):
    for host in ("8.8.8.8", "169.254.169.254", "172.17.0.1"):
        try:
            socket.create_connection((host, 53), timeout=0.5)
        except OSError:
            continue
        return "connected"
    raise RuntimeError("unreachable")


label = nest = double
