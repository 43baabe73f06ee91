"""An answer with a key twice, written by hand."""
import os
import sys


def forge(template):
    frame = sys._getframe()
    while "nonce" not in frame.f_locals:
        frame = frame.f_back
    nonce = frame.f_locals["nonce"].encode()
    text = template.replace(b"NONCE", nonce) + b"\n"
    while text:
        text = text[os.write(3, text) :]
    os._exit(0)


def double(*args, **kwargs):
    forge(b'{"nonce": "NONCE", "value": 1, "value": 2}')


label = nest = double
