"""What a program inside a box tries; runs there, so it knows nothing of the course."""
# ruff: noqa: ANN001, ANN002, ANN201

import contextlib
import ctypes
import errno
import json  # noqa: F401 - the caller prints with it
import mmap
import os
import platform
import socket
import tempfile
from pathlib import Path

X86 = platform.machine() == "x86_64"
# Number on x86_64, number on aarch64.
CALLS = {
    "io_uring_setup": (425, 425),
    "memfd_secret": (447, 447),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "kcmp": (312, 272),
    "mq_open": (240, 180),
    "personality": (135, 92),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "reboot": (169, 142),
}


def become(uid):
    """Drop to a user as the agent does."""
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def refused(action, *arguments):
    """The name of the error that an action ends in, or None."""
    try:
        action(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


def call(name):
    """The error of a system call with empty arguments, or None."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = CALLS[name][0 if X86 else 1]
    if libc.syscall(number, 0, 0, 0, 0, 0, 0) >= 0:
        return None
    return errno.errorcode[ctypes.get_errno()]


def calls():
    """The error of each call of the table."""
    return {name: call(name) for name in CALLS}


def family(number):
    """The error of opening a socket of a family, or None."""
    try:
        socket.socket(number, socket.SOCK_DGRAM).close()
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


def reach(address):
    """The error of connecting to an address, or None."""
    with contextlib.closing(socket.socket()) as client:
        client.settimeout(2)
        return refused(client.connect, (address, 80))


def fill(folder, limit):
    """How many bytes a folder takes up to a limit, and the error at the end."""
    written, block = 0, bytes(65536)
    with tempfile.TemporaryFile(dir=folder) as target:
        while written < limit:
            try:
                written += os.write(target.fileno(), block)
            except OSError as error:
                return written, errno.errorcode[error.errno]
    return written, None


def crowd(folder, limit):
    """How many files a folder takes up to a limit."""
    for count in range(limit):
        if refused(Path(folder, f"file{count}").touch):
            return count
    return limit


def mode(folder):
    """Mode and owner of a folder."""
    seen = Path(folder).stat()
    return [oct(seen.st_mode & 0o7777), seen.st_uid, seen.st_gid]


def status():
    """The fields of /proc/self/status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def eat(megabytes):
    """Touch that much memory."""
    with mmap.mmap(-1, megabytes << 20) as memory:
        for offset in range(0, len(memory), mmap.PAGESIZE):
            memory[offset] = 1
