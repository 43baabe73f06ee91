"""Recurses until the process dies."""
import sys

sys.setrecursionlimit(10**9)


def double(*args, **kwargs):
    return double()


label = nest = double
