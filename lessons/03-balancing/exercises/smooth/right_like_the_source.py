"""Smooth weighted round robin, in one pass over the peers as in nginx's own source."""


class Turns:
    def __init__(self, weights):
        self.peers = [[name, weight, 0] for name, weight in weights.items()]

    def pick(self, busy=()):
        total, best = 0, None
        for peer in self.peers:
            if peer[0] in busy:
                continue
            peer[2] += peer[1]
            total += peer[1]
            if best is None or peer[2] > best[2]:
                best = peer
        if best is None:
            return None
        best[2] -= total
        return best[0]
