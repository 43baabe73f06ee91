"""Starts threads for ever."""
import threading
import time


def double(*args, **kwargs):
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


label = nest = double
