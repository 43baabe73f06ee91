"""Brings files that configure a Python before it starts."""


def double(*args, **kwargs):
    return None


label = nest = double
