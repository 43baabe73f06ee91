"""Starts processes in sessions of their own, and dies."""
import os
import time


def double(*args, **kwargs):
    for _ in range(20):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(60)
            os._exit(0)
    os._exit(0)


label = nest = double
