"""Makes very many files."""


def double(*args, **kwargs):
    for number in range(100_000):
        open(f"f{number}", "w").close()
    return None


label = nest = double
