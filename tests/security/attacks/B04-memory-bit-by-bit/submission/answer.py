"""Takes memory until there is none."""


def double(*args, **kwargs):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


label = nest = double
