"""Opens files until it cannot."""


def double(*args, **kwargs):
    files = []
    while True:
        files.append(open("/dev/null"))


label = nest = double
