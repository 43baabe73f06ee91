"""Lives on in a thread of a process whose first thread has ended, and answers well."""
import ctypes
import os
import platform
import threading
import time

EXIT = 60 if platform.machine() == "x86_64" else 93

if os.fork() == 0:
    os.setsid()
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # it adopts its orphans itself
    if os.fork():
        os._exit(0)
    threading.Thread(target=time.sleep, args=(120,)).start()
    time.sleep(0.05)
    ctypes.CDLL(None).syscall(EXIT, 0)


def double(values):
    return [2 * value for value in values]


def label(name):
    return f"<{name}>"


def nest(text, depth):
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
