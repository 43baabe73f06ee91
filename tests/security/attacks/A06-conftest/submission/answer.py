"""Brings a conftest.py that makes every report passed."""


def double(*args, **kwargs):
    return None


label = nest = double
