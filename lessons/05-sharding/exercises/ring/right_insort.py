"""A dictionary from hash to node, and its keys kept in order by insort."""

import bisect
import hashlib


class Ring(dict):
    def __init__(self, nodes, points=160):
        super().__init__()
        self.count, self.order = points, []
        for node in nodes:
            self.add(node)

    def _points(self, node):
        for number in range(self.count):
            text = "%s %d" % (node, number)
            yield int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")

    def add(self, node):
        for point in self._points(node):
            if point not in self:
                bisect.insort(self.order, point)
                self[point] = node

    def remove(self, node):
        for point in self._points(node):
            if self.pop(point, None) is not None:
                del self.order[bisect.bisect_left(self.order, point)]

    def node(self, key):
        if len(self.order) == 0:
            return None
        wanted = hashlib.blake2b(str(key).encode(), digest_size=8).digest()
        at = bisect.bisect_left(self.order, int.from_bytes(wanted, "big"))
        return self[self.order[at]] if at < len(self.order) else self[self.order[0]]
