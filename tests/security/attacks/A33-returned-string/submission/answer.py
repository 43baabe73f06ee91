"""Returns a string of fifty megabytes."""


def double(*args, **kwargs):
    return "x" * 50_000_000


label = nest = double
