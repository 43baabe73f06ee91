"""A submission whose processes hide from whoever looks; each holds a lock while it lives."""

import ctypes
import fcntl
import os
import platform
import signal
import threading
import time

LIBRARY = ctypes.CDLL(None)
X86 = platform.machine() == "x86_64"
EXIT, CLONE = (60, 56) if X86 else (93, 220)
CLONE_PARENT, SUBREAPER = 0x8000, 36
SECONDS = 120


def hide(way, path, work=lambda: time.sleep(SECONDS)):
    """Start a process that hides and works, and answer once it holds the lock on `path`."""
    ready, tell = os.pipe()

    def body():
        file = os.open(path, os.O_RDWR)
        fcntl.flock(file, fcntl.LOCK_EX)
        os.write(tell, b"!")
        work()
        os._exit(0)

    if os.fork() == 0:
        WAYS[way](body)
        os._exit(0)
    return os.read(ready, 1) == b"!"


def in_a_thread_of_a_dead_leader(body):
    os.setsid()
    ready = threading.Event()
    threading.Thread(target=lambda: (ready.set(), body())).start()
    ready.wait()
    time.sleep(0.05)
    LIBRARY.syscall(EXIT, 0)


def after_two_forks(body):
    os.setsid()
    if os.fork() == 0:
        body()


def below_a_reaper_of_its_own(body):
    LIBRARY.prctl(SUBREAPER, 1, 0, 0, 0)
    if os.fork() == 0 and os.fork() == 0:
        in_a_thread_of_a_dead_leader(body)
    time.sleep(0.05)


def without_a_word_to_its_parent(body):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if LIBRARY.syscall(CLONE, 0, 0, 0, 0, 0) == 0:
        body()


def as_a_child_of_our_parent(body):
    if LIBRARY.syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        body()


def stopped(body):
    pid = os.fork()
    if pid == 0:
        body()
    time.sleep(0.1)
    os.kill(pid, signal.SIGSTOP)


def always_one_fork_ahead(body):
    if os.fork() == 0:
        threading.Thread(target=body).start()
        while True:
            if os.fork():
                LIBRARY.syscall(EXIT, 0)


WAYS = {
    way.__name__: way
    for way in (
        in_a_thread_of_a_dead_leader,
        after_two_forks,
        below_a_reaper_of_its_own,
        without_a_word_to_its_parent,
        as_a_child_of_our_parent,
        stopped,
        always_one_fork_ahead,
    )
}
