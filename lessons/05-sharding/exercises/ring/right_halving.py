"""Halves the way itself, on a circle that is sorted when somebody asks."""

import hashlib


def number(text):
    found = 0
    for byte in hashlib.blake2b(text.encode(), digest_size=8).digest():
        found = found * 256 + byte
    return found


class Ring:
    def __init__(self, nodes, points=160):
        self.points = points
        self.members = set(nodes)
        self.circle = None

    def add(self, node):
        self.members.add(node)
        self.circle = None

    def remove(self, node):
        self.members -= {node}
        self.circle = None

    def node(self, key):
        if not self.members:
            return None
        if self.circle is None:
            self.circle = sorted(
                (number(f"{one} {p}"), one) for one in self.members for p in range(self.points)
            )
        low, high, here = 0, len(self.circle), number(str(key))
        while low < high:
            middle = (low + high) // 2
            if self.circle[middle][0] < here:
                low = middle + 1
            else:
                high = middle
        return self.circle[low if low < len(self.circle) else 0][1]
