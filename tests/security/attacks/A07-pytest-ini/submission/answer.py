"""Brings a pytest.ini that collects only."""


def double(*args, **kwargs):
    return None


label = nest = double
