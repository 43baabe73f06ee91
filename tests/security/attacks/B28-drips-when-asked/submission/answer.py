"""Tells where it stands a byte at a time."""
import os
import signal
import time


def drip(*_):
    while True:
        os.write(3, b" ")
        time.sleep(0.05)


def double(*args, **kwargs):
    signal.signal(signal.SIGUSR1, drip)
    while True:
        time.sleep(1)


label = nest = double
