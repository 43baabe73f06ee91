"""Makes a file of a terabyte."""
import os


def double(*args, **kwargs):
    descriptor = os.open("big", os.O_RDWR | os.O_CREAT)
    os.ftruncate(descriptor, 1 << 40)
    return None


label = nest = double
