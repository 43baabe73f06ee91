"""Raises GeneratorExit."""


def double(*args, **kwargs):
    raise GeneratorExit


label = nest = double
