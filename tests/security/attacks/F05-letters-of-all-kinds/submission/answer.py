"""Answers well with letters of all kinds, in tuples and lists."""
from unicodedata import name as name_of

grüße = "👩‍👩‍👧 é e\u0301 字 ß \U0001f3f4"
print(grüße, name_of("字"))


def double(values):
    return tuple(2 * value for value in values)


def label(name):
    return "\N{LESS-THAN SIGN}" + name + "\N{GREATER-THAN SIGN}"


def nest(text, depth):
    nested = (text,)
    for level in range(depth - 1):
        nested = [nested] if level % 2 else (nested,)
    return nested
