"""Raises what Ctrl-C raises."""


def double(*args, **kwargs):
    raise KeyboardInterrupt


label = nest = double
