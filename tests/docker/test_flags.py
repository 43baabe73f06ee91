"""A live container, compared field by field with the table in docs/sandboxes.md."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docker

MB = 1024 * 1024
SECCOMP = Path(__file__).parents[2] / "sandboxes" / "seccomp.json"
MOUNT = "rw,noexec,nosuid,nodev"
TABLE = {
    "AutoRemove": True,
    "Init": True,
    "NetworkMode": "none",
    "ReadonlyRootfs": True,
    "IpcMode": "private",
    "CgroupnsMode": "private",
    "Sysctls": {
        "kernel.shmmax": "4194304",
        "kernel.shmall": "1024",
        "kernel.shmmni": "16",
        "kernel.shm_rmid_forced": "1",
        "kernel.sem": "32 256 32 8",
        "kernel.msgmni": "8",
        "kernel.msgmnb": "16384",
    },
    "ShmSize": 8 * MB,
    "CapDrop": ["ALL"],
    "CapAdd": ["SETUID", "SETGID", "KILL"],
    "OomScoreAdj": 500,
    "LogConfig": {"Type": "none", "Config": {}},
}
CHECK = {
    "PidsLimit": 64,
    "Memory": 128 * MB,
    "MemorySwap": 128 * MB,
    "NanoCpus": 1_000_000_000,
    "Tmpfs": {
        "/work": f"{MOUNT},size=16m,nr_inodes=2048,uid=10002,gid=10002,mode=0700",
        "/tmp": f"{MOUNT},size=8m,nr_inodes=1024,uid=0,gid=0,mode=1777",
        "/run/agent": f"{MOUNT},size=1m,nr_inodes=256,uid=0,gid=0,mode=0700",
    },
}
LAB = {
    "PidsLimit": 256,
    "Memory": 768 * MB,
    "MemorySwap": 768 * MB,
    "NanoCpus": 1_500_000_000,
    "Tmpfs": {
        **CHECK["Tmpfs"],
        "/work": f"{MOUNT},size=32m,nr_inodes=2048,uid=10002,gid=10002,mode=0700",
        "/data": f"{MOUNT},size=256m,nr_inodes=16384,uid=0,gid=0,mode=0711",
    },
}
BATCH = CHECK | {
    "Tmpfs": {
        "/learners": f"{MOUNT},size=16m,nr_inodes=2048,uid=0,gid=0,mode=0711",
        "/tmp": CHECK["Tmpfs"]["/tmp"],
        "/run/agent": CHECK["Tmpfs"]["/run/agent"],
    },
}
LIMITS = {
    "check": {"core": 0, "nofile": 256, "fsize": 33554432, "msgqueue": 0},
    "batch": {"core": 0, "nofile": 256, "fsize": 33554432, "msgqueue": 0},
    "lab": {"core": 0, "nofile": 1024, "fsize": 268435456, "msgqueue": 0},
}
# What the engine fills in by itself; any field that is in no list must be empty.
OF_THE_ENGINE: dict[str, list[Any]] = {
    "ConsoleSize": [[0, 0]],
    "MemorySwappiness": [None, -1],
    "RestartPolicy": [{"Name": name, "MaximumRetryCount": 0} for name in ("", "no")],
    "Runtime": ["runc", "runsc", "crun"],
}
HIDDEN = {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/sys/firmware"}
FROZEN = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}


@pytest.mark.parametrize(("purpose", "sized"), [("check", CHECK), ("batch", BATCH), ("lab", LAB)])
def test_every_field_of_the_host_config_is_the_tables(engine, start, purpose, sized):
    box = start(purpose=purpose)
    actual = engine.inspect(box.name)["HostConfig"]
    limits = {limit["Name"]: (limit["Soft"], limit["Hard"]) for limit in actual.pop("Ulimits")}
    security = actual.pop("SecurityOpt")
    hidden, frozen = set(actual.pop("MaskedPaths")), set(actual.pop("ReadonlyPaths"))
    for name, value in {**TABLE, **sized}.items():
        assert actual.pop(name) == value, name
    for name, allowed in OF_THE_ENGINE.items():
        assert actual.pop(name, allowed[0]) in allowed, name
    assert limits == {name: (value, value) for name, value in LIMITS[purpose].items()}
    assert security[0] == "no-new-privileges"
    assert security[1].startswith("seccomp=")
    assert json.loads(security[1].removeprefix("seccomp=")) == json.loads(SECCOMP.read_text())
    assert len(security) == 2
    assert hidden >= HIDDEN
    assert frozen >= FROZEN
    assert {name: value for name, value in actual.items() if value} == {}


@pytest.mark.parametrize(("purpose", "networks"), [("check", []), ("lab", ["none"])])
def test_the_rest_of_a_container_is_plain(engine, start, image, purpose, networks):
    box = start(run_id="of-this-test", purpose=purpose)
    known = engine.inspect(box.name)
    config = known["Config"]
    assert known["Image"] == image.id
    assert known["Mounts"] == []
    assert known["NetworkSettings"]["Ports"] in ({}, None)
    assert list(known["NetworkSettings"]["Networks"]) == networks
    assert config.get("NetworkDisabled", False) == (not networks)
    assert known["AppArmorProfile"] in {"docker-default", ""}
    assert config["User"] == "0:0"
    assert config["Hostname"] == "lab"
    assert config["StopTimeout"] == 1
    assert config["OpenStdin"]
    assert config["StdinOnce"]
    assert not config["Tty"]
    assert not config.get("Volumes")
    assert not config.get("Entrypoint")
    names = {entry.partition("=")[0] for entry in config["Env"]}
    assert names == {
        "PATH",
        "LANG",
        "COURSE_ISOLATION",
        "COURSE_SECONDS",
        "COURSE_SERVERS",
        "COURSE_ALONE",
        "PYTHONHASHSEED",
    }


def test_a_name_is_128_random_bits(start):
    names = {start().name for _ in range(2)}
    assert len(names) == 2
    assert all(len(bytes.fromhex(name.removeprefix("course-"))) == 16 for name in names)


def test_labels_name_run_owner_and_deadline(engine, start):
    labels = engine.inspect(start(run_id="of-this-test").name)["Config"]["Labels"]
    assert labels["course.run"] == "of-this-test"
    owner = {"course.owner.pid", "course.owner.start", "course.owner.boot"}
    assert all(labels[name] for name in owner | {"course.deadline"})
