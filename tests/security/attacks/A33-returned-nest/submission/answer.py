"""Returns two to the sixtieth lists."""


def double(*args, **kwargs):
    nested = []
    for _ in range(60):
        nested = [nested, nested]
    return nested


label = nest = double
