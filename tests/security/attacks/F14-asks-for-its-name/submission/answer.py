"""Looks at its own name, file and arguments."""
import sys
from pathlib import Path

assert Path(__file__).name == "answer.py"
assert __name__ != "__main__"
assert len(sys.argv) == 1


def double(values):
    return [2 * value for value in values]


def label(name):
    return f"<{name}>"


def nest(text, depth):
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
