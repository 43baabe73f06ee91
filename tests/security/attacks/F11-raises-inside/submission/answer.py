"""Raises and catches."""


def double(values):
    return [2 * value for value in values]


def label(name):
    try:
        raise ValueError(name)
    except ValueError:
        return f"<{name}>"


def nest(text, depth):
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
