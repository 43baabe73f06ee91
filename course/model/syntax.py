"""Python source as a syntax tree."""

import ast
from contextlib import suppress
from typing import Final

_TRIES: Final = 5


def parse(source: str | bytes, name: str = "<unknown>") -> ast.Module:
    """What `ast.parse` makes of it, from any thread; raises what that raises.

    CPython 3.11 keeps one count of how deep it is for all threads: when the garbage collector
    lets another thread parse meanwhile, both may be well and one ends in a SystemError
    ("recursion depth mismatch"). It is asked again then.
    """
    for _ in range(_TRIES):
        with suppress(SystemError):
            return ast.parse(source, name)
    return ast.parse(source, name)
