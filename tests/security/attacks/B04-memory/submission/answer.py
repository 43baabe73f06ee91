"""Takes ten gigabytes at once."""


def double(*args, **kwargs):
    return len(bytearray(10 << 30))


label = nest = double
