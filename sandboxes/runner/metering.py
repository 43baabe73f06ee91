"""How much processor time the learner's processes take, told by the kernel and not by them."""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

HAS_PROC = os.path.exists("/proc/self/stat")
TICKS = os.sysconf("SC_CLK_TCK")
OF_A_PROCESS = 2  # the kernel's clock of all threads of a process, in the low bits of its id
CONTAINER = (  # what its cgroup has used: file, what stands before the number, parts of a second
    ("/sys/fs/cgroup/cpu.stat", b"usage_usec", 1e6),
    ("/sys/fs/cgroup/cpuacct/cpuacct.usage", b"", 1e9),
)
UTIME = 11  # behind the name in /proc/PID/stat: utime, stime, cutime, cstime


class Meter:
    """Adds up what processes have used since they were last read."""

    def __init__(self) -> None:
        self._cpu: dict[int, float] = {}
        self._waited: dict[int, float] = {}

    def read(self, pids: Iterable[int]) -> tuple[float, float]:
        """Processor seconds, and seconds of waiting for a processor, since the last reading."""
        cpu = waited = 0.0
        for pid in pids:
            cpu += _grown(self._cpu, pid, processor_seconds(pid))
            waited += _grown(self._waited, pid, waiting_seconds(pid))
        return cpu, waited


def processor_seconds(pid: int) -> float:
    """Of all threads of a process, and of those children that it has waited for."""
    if not HAS_PROC:
        return 0.0
    with suppress(OSError):
        return own_seconds(pid) + _childrens(pid)
    return 0.0


def own_seconds(pid: int) -> float:
    """Of all threads of a process, without its children; raises OSError where there is none."""
    return time.clock_gettime(~pid << 3 | OF_A_PROCESS)


def container_seconds() -> float:
    """Of everything in this container; 0 where nobody tells."""
    for name, before, parts in CONTAINER:
        with suppress(OSError), open(name, "rb") as file:
            return int(file.readline().removeprefix(before)) / parts
    return 0.0


def waiting_seconds(pid: int) -> float:
    """How long its threads waited for a processor; 0 where the kernel does not tell."""
    waited = 0
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/schedstat", "rb") as file:
                waited += int(file.read().split()[1])
    return waited / 1e9


def all_but_us(other: int) -> Callable[[], float]:
    """Reads what everything in this container has used, but this process and another one."""

    def read() -> float:
        try:
            return container_seconds() - time.process_time() - own_seconds(other)
        except OSError:  # a runtime that does not tell
            return 0.0

    return read


def crowded_seconds() -> float:
    """So long has somebody on this machine waited for a processor; 0 where nobody tells."""
    with suppress(OSError), open("/proc/pressure/cpu", "rb") as file:
        return int(file.readline().rpartition(b"total=")[2]) / 1e6
    return 0.0


def tells_waiting() -> bool:
    """Whether the kernel tells how long a thread waited for a processor."""
    return os.path.exists("/proc/self/schedstat")


def _childrens(pid: int) -> float:
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return sum(map(int, fields[UTIME + 2 : UTIME + 4])) / TICKS


def _grown(seen: dict[int, float], pid: int, now: float) -> float:
    """By how much; a number that shrank belongs to another process with the same pid."""
    before = seen.get(pid, 0.0)
    seen[pid] = now
    return now - before if now >= before else now
