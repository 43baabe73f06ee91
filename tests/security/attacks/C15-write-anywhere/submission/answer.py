"""Writes wherever it can."""
import os


def double(*args, **kwargs):
    for folder in ("/", "/etc", "/usr", "/opt", "/dev", "/run", "/run/agent", "/var/tmp", "/sys", "/data"):
        try:
            open(os.path.join(folder, "mark"), "w").close()
        except OSError:
            continue
        return folder
    raise RuntimeError("nowhere")


label = nest = double
