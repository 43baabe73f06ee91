"""Returns half a character."""


def double(*args, **kwargs):
    return "\ud800"


label = nest = double
