"""The container that a box is, as data for the engine; docs/sandboxes.md has the reasons."""

import math
from collections.abc import Mapping
from typing import Any, Final

from course.sandbox.box import HASH_SEED, RANDOM, Purpose, Size

LEARNER: Final = 10002
AGENT: Final = ("python3", "-s", "-B", "/opt/sandbox/__main__.py")
LAB_SIZE: Final = Size()
CHECK_SIZE: Final = Size(memory_mb=128, cpus=1.0, pids=64, work_mb=16, data_mb=0, seconds=120.0)

# What outlives its process and is in no folder: little of it, and memory goes with its last user.
SYSTEM_V: Final[Mapping[str, str]] = {
    "kernel.shmmax": "4194304",  # bytes of one segment
    "kernel.shmall": "1024",  # pages of all together
    "kernel.shmmni": "16",
    "kernel.shm_rmid_forced": "1",
    "kernel.sem": "32 256 32 8",  # in a set, in all, at once, sets
    "kernel.msgmni": "8",
    "kernel.msgmnb": "16384",  # bytes in one queue
}
_MB: Final = 1024 * 1024
_MOUNT: Final = "rw,noexec,nosuid,nodev"
_FILES: Final[Mapping[Purpose, int]] = {"check": 256, "batch": 256, "lab": 1024}
_FILE_BYTES: Final[Mapping[Purpose, int]] = {
    "check": 32 * _MB,
    "batch": 32 * _MB,
    "lab": 256 * _MB,
}


def container_config(  # noqa: PLR0913 - the container's parameters, each named at the call
    *,
    image: str,
    command: tuple[str, ...],
    size: Size,
    purpose: Purpose,
    labels: Mapping[str, str],
    seccomp: str,
    hash_seed: str = RANDOM,
) -> dict[str, Any]:
    """The body of the engine's create request."""
    return {
        "Image": image,
        "Entrypoint": [],
        "Cmd": list(command),
        "User": "0:0",
        "Hostname": "lab",
        "WorkingDir": "/",
        "Env": [
            "COURSE_ISOLATION=uid",
            f"COURSE_SECONDS={size.seconds}",
            f"COURSE_SERVERS={int(size.data_mb > 0)}",
            f"COURSE_ALONE={int(not size.data_mb)}",  # with the submission, in a container
            f"{HASH_SEED}={hash_seed}",
        ],
        "Labels": dict(labels),
        "StopTimeout": 1,
        "Tty": False,
        # The engine then prepares nothing for it, which is half of what a start costs; the runtime
        # brings the loopback up. Servers need the engine's /etc/hosts too: it says `localhost`.
        "NetworkDisabled": not size.data_mb,
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "HostConfig": host_config(size, purpose, seccomp),
    }


def host_config(size: Size, purpose: Purpose, seccomp: str) -> dict[str, Any]:
    """What the host allows the container: nothing to reach, to fill or to leave behind."""
    return {
        "AutoRemove": True,
        "Init": True,
        "NetworkMode": "none",
        "ReadonlyRootfs": True,
        "Tmpfs": mounts(size, purpose),
        "IpcMode": "private",
        "CgroupnsMode": "private",
        "Sysctls": dict(SYSTEM_V),
        "ShmSize": 8 * _MB,
        "CapDrop": ["ALL"],
        "CapAdd": ["SETUID", "SETGID", "KILL"],
        "SecurityOpt": ["no-new-privileges", f"seccomp={seccomp}"],
        "PidsLimit": size.pids,
        "Memory": size.memory_mb * _MB,
        "MemorySwap": size.memory_mb * _MB,
        "NanoCpus": math.floor(size.cpus * 1e9),
        "Ulimits": ulimits(purpose),
        "OomScoreAdj": 500,
        "LogConfig": {"Type": "none"},
        "Privileged": False,
        "PublishAllPorts": False,
    }


def mounts(size: Size, purpose: Purpose = "check") -> dict[str, str]:
    """The places that can be written, each with its limit in bytes and files.

    The agent is uid 0 without CHOWN and DAC_OVERRIDE. It owns /data and may create folders there;
    others may only pass through to the folder whose group is theirs. So it is with /learners in a
    batch box, where each learner gets a folder with a name that nobody could guess.
    """
    places = {
        "/work": _tmpfs(size.work_mb, 2048, LEARNER, "0700"),
        "/tmp": _tmpfs(8, 1024, 0, "1777"),  # noqa: S108 - the container's own
        "/run/agent": _tmpfs(1, 256, 0, "0700"),
    }
    if purpose == "batch":
        del places["/work"]
        places["/learners"] = _tmpfs(size.work_mb, 2048, 0, "0711")
    if size.data_mb:
        places["/data"] = _tmpfs(size.data_mb, 16384, 0, "0711")
    return places


def ulimits(purpose: Purpose) -> list[dict[str, Any]]:
    """Limits per process; no `nproc`, which would count one user across all containers."""
    limits = {
        "core": 0,
        "nofile": _FILES[purpose],
        "fsize": _FILE_BYTES[purpose],
        "msgqueue": 0,
    }
    return [{"Name": name, "Soft": value, "Hard": value} for name, value in limits.items()]


def _tmpfs(megabytes: int, files: int, owner: int, mode: str) -> str:
    return f"{_MOUNT},size={megabytes}m,nr_inodes={files},uid={owner},gid={owner},mode={mode}"
