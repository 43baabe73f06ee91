"""Sleeps."""
import time


def double(*args, **kwargs):
    time.sleep(3600)


label = nest = double
