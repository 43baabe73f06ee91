"""The hash is fine, the remainder is not: one node more deals all the keys anew."""

import zlib


class Ring:
    def __init__(self, nodes, points=160):
        self.nodes = list(nodes)

    def node(self, key):
        if not self.nodes:
            return None
        return self.nodes[zlib.crc32(str(key).encode()) % len(self.nodes)]

    def add(self, node):
        if node not in self.nodes:
            self.nodes.append(node)

    def remove(self, node):
        if node in self.nodes:
            self.nodes.remove(node)
