"""Waits for somebody to type."""


def double(*args, **kwargs):
    return input()


label = nest = double
