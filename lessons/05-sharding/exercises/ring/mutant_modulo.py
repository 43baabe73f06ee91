"""The hash is fine, the remainder is not: one node more deals all the keys anew."""

import hashlib


class Ring:
    def __init__(self, nodes, points=160):
        self.nodes = list(nodes)

    def node(self, key):
        if not self.nodes:
            return None
        digest = hashlib.blake2b(str(key).encode(), digest_size=8).digest()
        return self.nodes[int.from_bytes(digest, "big") % len(self.nodes)]

    def add(self, node):
        if node not in self.nodes:
            self.nodes.append(node)

    def remove(self, node):
        if node in self.nodes:
            self.nodes.remove(node)
