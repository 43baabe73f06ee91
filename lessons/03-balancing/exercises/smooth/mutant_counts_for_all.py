"""Smooth weighted round robin, as in nginx."""


class Turns:
    """Chooses servers by weight, well mixed.

    Args:
        weights: Each server's name and weight, in the order of the configuration.
    """

    account = {}  # noqa: RUF012

    def __init__(self, weights):
        self.weights = dict(weights)
        for name in weights:
            self.account.setdefault(name, 0)

    def pick(self, busy=()):
        """The server whose turn it is, without those that are busy; None when all are."""
        usable = [name for name in self.weights if name not in busy]
        if not usable:
            return None
        for name in usable:
            self.account[name] += self.weights[name]
        chosen = max(usable, key=self.account.get)
        self.account[chosen] -= sum(self.weights[name] for name in usable)
        return chosen
