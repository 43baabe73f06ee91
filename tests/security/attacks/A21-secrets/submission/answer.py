"""Prints its argv, environment, descriptors and the command lines of others."""
import os
import sys


def double(*args, **kwargs):
    print(sys.argv, dict(os.environ))
    print(open("/proc/self/environ").read())
    for pid in os.listdir("/proc"):
        if pid.isdigit():
            try:
                print(open(f"/proc/{pid}/cmdline").read())
            except OSError:
                pass
    return None


label = nest = double
