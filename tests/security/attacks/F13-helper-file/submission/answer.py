"""Brings a second file and imports it."""
from pieces import twice


def double(values):
    return [twice(value) for value in values]


def label(name):
    return f"<{name}>"


def nest(text, depth):
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
