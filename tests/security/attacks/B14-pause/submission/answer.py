"""Waits for a signal, and ignores those that it can."""
import signal


def double(*args, **kwargs):
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_IGN)
    while True:
        signal.pause()


label = nest = double
