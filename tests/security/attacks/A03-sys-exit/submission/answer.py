"""Asks to exit with status 0."""
import sys


def double(*args, **kwargs):
    sys.exit(0)


label = nest = double
