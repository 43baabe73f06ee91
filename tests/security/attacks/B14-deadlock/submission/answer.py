"""Waits for a lock that it holds."""
import threading


def double(*args, **kwargs):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


label = nest = double
