"""Leaves a thread running."""
import threading
import time

threading.Thread(target=time.sleep, args=(600,)).start()


def double(values):
    return [2 * value for value in values]


def label(name):
    return f"<{name}>"


def nest(text, depth):
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
