"""What an engine cannot hold a container to, so that nobody relies on it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from course.sandbox.engine import Engine

LIMITS = {
    "MemoryLimit": "memory",
    "SwapLimit": "swap",
    "PidsLimit": "number of processes",
    "CpuCfsQuota": "processor time",
}
PODMAN = "it is Podman, which gives a folder neither an owner nor a limit on files"
# The first versions without the escapes of November 2025 (CVE-2025-31133 and its neighbours).
MENDED_RUNC = {(1, 2): 8, (1, 3): 3}


def weaknesses(engine: Engine) -> Sequence[str]:
    """Why other people's code must not be graded on it; empty when every wall stands."""
    podman = [PODMAN] if engine.is_podman else []
    return [*podman, *unenforced(engine.facts())]


def unenforced(facts: Mapping[str, Any]) -> Sequence[str]:
    """What `docker info` says that is not enforced."""
    if facts.get("CgroupDriver") == "none":  # rootless on cgroup v1 accepts limits and drops them
        return ["without cgroup v2 it limits nothing when it runs without root"]
    lacking = [name for key, name in LIMITS.items() if facts.get(key) is False]
    found = [f"it cannot limit {', '.join(lacking)}"] if lacking else []
    options = facts.get("SecurityOptions")
    if isinstance(options, list) and not any("seccomp" in str(option) for option in options):
        found.append("it cannot filter system calls")
    return found


def old_runc(components: Mapping[str, str]) -> str:
    """The version of runc when it is older than the first without known escapes, else empty."""
    version = components.get("runc", "")
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if len(numbers) != len(("major", "minor", "patch")):
        return ""
    major, minor, patch = numbers
    series = (major, minor)
    is_old = series < min(MENDED_RUNC) or patch < MENDED_RUNC.get(series, 0)
    return version if is_old else ""
