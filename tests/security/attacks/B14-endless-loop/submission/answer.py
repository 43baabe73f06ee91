"""Never returns."""


def double(*args, **kwargs):
    while True:
        pass


label = nest = double
