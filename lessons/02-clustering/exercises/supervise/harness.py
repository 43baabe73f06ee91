"""Hands what the supervisor does to the world of the test, where time passes."""

import math
from types import SimpleNamespace

import outside
from submission import supervise

MOST_TURNS = 5_000  # questions about a time that stands still, before the loop is ended


class Spinning(Exception):
    """The supervisor asked again and again while the clock stood still."""


class World:
    """What `supervise` sees of the operating system; time passes only in `wait`."""

    def __init__(self, slots, now):
        self.slots = slots
        self._now, self._goes_on, self._turns = now, True, 0

    def now(self):
        """The time."""
        self._turn()
        return self._now

    def goes_on(self):
        """False once the system shuts down."""
        self._turn()
        return self._goes_on

    def start(self, slot):
        """A worker is born."""
        return outside.ask("start", slot)

    def wait(self, seconds=None):
        """Let time pass until somebody dies."""
        for_ever = seconds is None or seconds == math.inf
        before = self._now
        dead, self._now, self._goes_on = outside.ask("wait", None if for_ever else float(seconds))
        self._turns = 0 if self._now > before else self._turns
        return dead

    def _turn(self):
        self._turns += 1
        if self._turns > MOST_TURNS:
            raise Spinning("the loop turns and turns, and no time passes")


def run(slots, policy, now):
    """Run the supervisor in the world of the test."""
    supervise(World(slots, now), SimpleNamespace(**policy))
