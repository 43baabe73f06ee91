"""Brackets and quotes that take long to tell apart."""
import os


def double(*args, **kwargs):
    text = b"[" * 100 + b'\\"' * 118_000 + b"\n"
    while text:
        text = text[os.write(3, text) :]
    os._exit(0)


label = nest = double
