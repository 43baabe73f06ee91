"""Recurses in C until the process dies."""
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return str([self])


def double(*args, **kwargs):
    return repr(Deep())


label = nest = double
