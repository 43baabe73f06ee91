"""Prints and raises text that overwrites, turns round, hides and piles up."""
TEXT = "".join((
    "FAILED\rPASSED ", "FAILED" + "\b" * 6 + "PASSED ", "\u202ednoces\u202c \u2066x\u2069 ",
    "a\u200bb\u2060c\ufeff ", "z" + "\u0301" * 500, " \U000e0041\U000e0042\U000e007f ", "\x85\u2028\u2029\x0b\x0c",
))


def double(*args, **kwargs):
    print(TEXT)
    raise ValueError(TEXT)


label = nest = double
