"""Two lists side by side, made anew when the nodes change."""

from bisect import bisect
from hashlib import blake2b


class Ring:
    def __init__(self, nodes, points=160):
        self._points = points
        self._nodes = []
        self._make([*dict.fromkeys(nodes)])

    def _make(self, nodes):
        self._nodes = nodes
        pairs = [(self._hash(f"{node} {p}"), node) for node in nodes for p in range(self._points)]
        pairs.sort(key=lambda pair: pair[0])
        self._hashes = [pair[0] for pair in pairs]
        self._owners = [pair[1] for pair in pairs]

    @staticmethod
    def _hash(text):
        return int(blake2b(text.encode(), digest_size=8).hexdigest(), 16)

    def node(self, key):
        if not self._owners:
            return None
        at = bisect(self._hashes, self._hash(str(key)) - 1)
        return self._owners[0 if at == len(self._owners) else at]

    def add(self, node):
        if node not in self._nodes:
            self._make([*self._nodes, node])

    def remove(self, node):
        if node in self._nodes:
            self._make([one for one in self._nodes if one != node])
