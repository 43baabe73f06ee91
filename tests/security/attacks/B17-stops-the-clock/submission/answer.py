"""Stops the clock of its own process."""
import time

time.time = time.monotonic = time.perf_counter = lambda: 0.0


def double(*args, **kwargs):
    while True:
        pass


label = nest = double
