"""Prints characters that take six bytes to send."""
print("\x01" * 100_000)


def double(*args, **kwargs):
    return None


label = nest = double
