"""A heap of what is to be done when, and one object per slot."""

from heapq import heappop, heappush
from itertools import count


class Slot:
    def __init__(self, name):
        self.name = name
        self.crashes = 0
        self.born = None


class Supervisor:
    def __init__(self, world, policy):
        self.world = world
        self.policy = policy
        self.pids = {}
        self.heap = []
        self.order = count()

    def fill(self, slot):
        slot.born = self.world.now()
        self.pids[self.world.start(slot.name)] = slot

    def bury(self, slot):
        age = self.world.now() - slot.born
        if age >= self.policy.healthy:
            slot.crashes = 0
            self.fill(slot)
            return
        slot.crashes += 1
        if slot.crashes == self.policy.limit:
            return
        wait = min(self.policy.longest, self.policy.first * (1 << slot.crashes - 1))
        heappush(self.heap, (self.world.now() + wait, next(self.order), slot))

    def run(self):
        for name in self.world.slots:
            self.fill(Slot(name))
        while self.world.goes_on():
            while self.heap and self.heap[0][0] <= self.world.now():
                self.fill(heappop(self.heap)[2])
            until = self.heap[0][0] - self.world.now() if self.heap else float("inf")
            for pid in self.world.wait(until):
                self.bury(self.pids.pop(pid))


def supervise(world, policy):
    Supervisor(world, policy).run()
