"""Draws at random by weight: the counts are right only on average."""

import random


class Turns:
    """Chooses servers by weight, well mixed.

    Args:
        weights: Each server's name and weight, in the order of the configuration.
    """

    def __init__(self, weights):
        self.weights = dict(weights)

    def pick(self, busy=()):
        """The server whose turn it is, without those that are busy; None when all are."""
        usable = [name for name in self.weights if name not in busy]
        if not usable:
            return None
        return random.choices(usable, [self.weights[name] for name in usable])[0]
