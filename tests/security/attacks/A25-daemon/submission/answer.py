"""Leaves a daemon that goes on writing."""
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    while True:
        time.sleep(0.05)
        for descriptor in range(1, 20):
            try:
                os.write(descriptor, b'{"value": true}\n')
            except OSError:
                pass


def double(*args, **kwargs):
    return None


label = nest = double
