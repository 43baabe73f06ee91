"""Prints for ever."""


def double(*args, **kwargs):
    while True:
        print("y" * 1000)


label = nest = double
