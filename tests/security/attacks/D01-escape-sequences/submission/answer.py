"""Prints and raises what a terminal obeys."""


def double(*args, **kwargs):
    text = "\x1b]52;c;cGFzcw==\x07\x1b[2J\x9b6n [/] [@click=app.quit]x[/] \u202edessap\u2069"
    print(text)
    raise ValueError(text)


label = nest = double
