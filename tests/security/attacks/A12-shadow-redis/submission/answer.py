"""Brings a package called redis."""


def double(*args, **kwargs):
    return None


label = nest = double
