"""Aborts, which would dump core."""
import os


def double(*args, **kwargs):
    os.abort()


label = nest = double
