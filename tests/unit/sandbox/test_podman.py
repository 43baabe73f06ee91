"""Podman gets the same container in the words it knows."""

from pathlib import Path

from course.sandbox.flags import LAB_SIZE, container_config
from course.sandbox.podman import for_podman

CONFIG = container_config(
    image="sha256:1",
    command=("agent",),
    size=LAB_SIZE,
    purpose="lab",
    labels={},
    seccomp="{}",
)


def test_only_profile_folders_and_network_are_said_differently():
    said = for_podman(CONFIG)
    host, before = said.pop("HostConfig"), dict(CONFIG["HostConfig"])
    assert said.pop("NetworkDisabled") is False  # only its own `none` brings the loopback up
    same = CONFIG.keys() - {"HostConfig", "NetworkDisabled"}
    assert said == {key: CONFIG[key] for key in same}
    changed = {key for key in before if before[key] != host[key]}
    assert changed == {"SecurityOpt", "Tmpfs"}


def test_the_profile_is_a_file_that_exists():
    _, profile = for_podman(CONFIG)["HostConfig"]["SecurityOpt"]
    assert Path(profile.removeprefix("seccomp=")).is_file()


def test_folders_keep_their_sizes_and_lose_what_podman_refuses():
    places = for_podman(CONFIG)["HostConfig"]["Tmpfs"]
    assert places["/work"] == "rw,noexec,nosuid,nodev,size=32m,mode=1777"
    assert places["/run/agent"] == "rw,noexec,nosuid,nodev,size=1m,mode=0700"


def test_what_docker_is_told_stays_as_it_was():
    for_podman(CONFIG)
    assert "nr_inodes" in CONFIG["HostConfig"]["Tmpfs"]["/work"]
