"""Raises what `except Exception` does not catch."""


class Odd(BaseException):
    pass


def double(*args, **kwargs):
    raise Odd


label = nest = double
