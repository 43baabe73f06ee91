"""Raises an error with half a character."""


def double(*args, **kwargs):
    raise ValueError("\ud800")


label = nest = double
