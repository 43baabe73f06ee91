"""Brings a json.py of its own."""


def double(*args, **kwargs):
    return None


label = nest = double
