"""Gives each server its whole weight in a row."""


class Turns:
    """Chooses servers by weight, well mixed.

    Args:
        weights: Each server's name and weight, in the order of the configuration.
    """

    def __init__(self, weights):
        self.weights = dict(weights)
        self.turns = [name for name, weight in weights.items() for _ in range(weight)]
        self.next = 0

    def pick(self, busy=()):
        """The server whose turn it is, without those that are busy; None when all are."""
        for _ in self.turns:
            chosen = self.turns[self.next % len(self.turns)]
            self.next += 1
            if chosen not in busy:
                return chosen
        return None
