"""Turns rings into values: tests send keys in and get nodes back."""

from submission import Ring


def place(nodes, points, keys):
    """The node of each key."""
    ring = Ring(nodes, points)
    return [ring.node(key) for key in keys]


def changed(nodes, points, keys, acts):
    """The nodes of the keys before, and after each act: ["add", node] or ["remove", node]."""
    ring = Ring(nodes, points=points)
    seen = [[ring.node(key) for key in keys]]
    for act, node in acts:
        getattr(ring, act)(node)
        seen.append([ring.node(key) for key in keys])
    return seen


def default_points(nodes, keys):
    """Where keys lie on a ring with as many points as it comes with."""
    ring = Ring(nodes)
    return [ring.node(key) for key in keys]
