"""An object of its own in `memory`, which remembers by look."""

from collections import OrderedDict

WINDOW = 300


class History:
    def __init__(self, now, current):
        self.asked = OrderedDict({now: current})

    def add(self, now, asked):
        self.asked[now] = max(asked, self.asked.get(now, asked))

    def highest(self, now):
        for at in [at for at in self.asked if now - at >= WINDOW]:
            del self.asked[at]
        return max(self.asked.values())


def decide(memory, now, current, asked, bounds):
    if not memory:
        memory.append(History(now, current))
    history = memory[0]
    history.add(now, asked)
    least, most = bounds
    growth = 4 if current < 2 else 2 * current
    return min(max(history.highest(now), least), most, growth)
