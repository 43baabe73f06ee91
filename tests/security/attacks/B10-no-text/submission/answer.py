"""Prints bytes that are no text."""
import os

os.write(1, bytes(range(128, 256)) * 1000)


def double(*args, **kwargs):
    return None


label = nest = double
