"""Hands the queue, the jobs and the waits of the test on to the worker; keeps nothing itself."""

import builtins
import random

import outside
from submission import Permanent, delay, work


class Hopeless(Permanent):
    """A kind of Permanent."""


class Queue:
    """The test's queue."""

    def take(self):
        return outside.ask("take")

    def done(self, job):
        outside.ask("done", job)

    def put_back(self, job, seconds):
        outside.ask("put_back", job, seconds)

    def set_aside(self, job, reason):
        outside.ask("set_aside", job, reason)


def do(job):
    """Raises what the test says: the name of an exception and what it is made of."""
    fails = outside.ask("do", job)
    if fails is None:
        return
    name, args = fails
    kinds = {"Permanent": Permanent, "Hopeless": Hopeless}
    raise (kinds.get(name) or getattr(builtins, name))(*args)


def shift(attempts):
    """One worker's day."""
    work(Queue(), do, lambda failed: outside.ask("wait", failed), attempts)


def shift_with_delays(attempts, base, longest, seed):
    """The same, with the learner's own delay."""
    draw = random.Random(seed).random
    work(Queue(), do, lambda failed: delay(failed, base, longest, draw), attempts)


def delays(failures, base, longest, seed):
    """A delay for each of these numbers of failures, in turn."""
    draw = random.Random(seed).random
    return [delay(failed, base, longest, draw) for failed in failures]
