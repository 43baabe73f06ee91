"""The server of a client's address, with bytes read by hand and at most a thousand rounds."""

import socket


class Hash:
    def __init__(self, data):
        self.data = data
        self.number = 89

    def turn(self):
        for byte in self.data:
            self.number *= 113
            self.number += byte
            self.number -= self.number // 6271 * 6271
        return self.number


def ip_hash(address, servers):
    try:
        data = bytes(int(part) for part in address.split(".")[:3]) if "." in address else b""
        data = data if len(data) == 3 and ":" not in address else None
    except ValueError:
        data = None
    if data is None:
        data = socket.inet_pton(socket.AF_INET6, address)
    total = sum(s["weight"] for s in servers)
    hashed = Hash(data)
    alive = {s["name"] for s in servers if not s["down"]}
    for _ in range(1000 if alive else 0):
        rest = hashed.turn() % total
        for server in servers:
            if rest < server["weight"]:
                if server["name"] in alive:
                    return server["name"]
                break
            rest -= server["weight"]
    return None
