"""Lets balancers of the submission's pick."""

from submission import Turns


def picks(weights, busy):
    """One balancer: who it picks, given who is busy each time."""
    turns = Turns(dict(weights))
    return [turns.pick(set(names)) if names else turns.pick() for names in busy]


def many(cases):
    """For each of (weights, who is busy each time) a balancer of its own."""
    return [picks(weights, busy) for weights, busy in cases]


def side_by_side(weights, others, count):
    """Two balancers that pick in turn: what each of them picked."""
    one, other = Turns(dict(weights)), Turns(dict(others))
    pairs = [(one.pick(), other.pick()) for _ in range(count)]
    return [[pair[n] for pair in pairs] for n in range(2)]
