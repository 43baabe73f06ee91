"""What a server may use that reads a file of the learner's."""

import contextlib
import resource

MB = 1 << 20
LIMITS = (
    (resource.RLIMIT_AS, 512 * MB),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 32 * MB),
    (resource.RLIMIT_NOFILE, 1024),
    (resource.RLIMIT_STACK, 8 * MB),
)


CPU_SECONDS = 60


def limit(cpu_seconds: int = CPU_SECONDS) -> None:
    """Lower the limits of this process and of all that it starts; each has its own seconds."""
    for which, most in (*LIMITS, (resource.RLIMIT_CPU, cpu_seconds)):
        _, allowed = resource.getrlimit(which)
        value = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        with contextlib.suppress(OSError, ValueError):  # macOS knows some of them only by name
            resource.setrlimit(which, (value, value))
