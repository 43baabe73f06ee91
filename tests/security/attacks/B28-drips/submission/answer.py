"""Answers a byte at a time, and is not done when its time is over."""
import os
import time


def double(*args, **kwargs):
    while True:
        os.write(3, b" ")
        time.sleep(0.0005)


label = nest = double
