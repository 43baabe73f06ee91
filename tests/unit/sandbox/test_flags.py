"""The container's flags follow purpose and size."""

import pytest

from course.sandbox.box import Size
from course.sandbox.flags import CHECK_SIZE, LAB_SIZE, container_config, host_config, mounts

MB = 1024 * 1024


def test_memory_and_swap_are_equal_so_that_nothing_swaps():
    host = host_config(Size(memory_mb=100), "lab", "{}")
    assert host["Memory"] == host["MemorySwap"] == 100 * MB


@pytest.mark.parametrize(("purpose", "files"), [("check", 256), ("lab", 1024)])
def test_a_check_may_open_fewer_files_than_a_lab(purpose, files):
    limits = {limit["Name"]: limit for limit in host_config(LAB_SIZE, purpose, "{}")["Ulimits"]}
    assert limits["nofile"] == {"Name": "nofile", "Soft": files, "Hard": files}
    assert "nproc" not in limits


def test_a_check_has_no_place_for_the_data_of_services():
    assert "/data" not in mounts(CHECK_SIZE)
    assert "size=256m" in mounts(LAB_SIZE)["/data"]


def test_every_place_is_limited_and_runs_nothing():
    for place in mounts(LAB_SIZE).values():
        options = place.split(",")
        assert {"noexec", "nosuid", "nodev"} <= set(options)
        assert [o for o in options if o.startswith(("size=", "nr_inodes="))] != []


def test_the_image_and_the_labels_are_what_was_asked_for():
    config = container_config(
        image="sha256:1",
        command=("agent",),
        size=CHECK_SIZE,
        purpose="check",
        labels={"course.run": "r"},
        seccomp="{}",
    )
    assert (config["Image"], config["Cmd"]) == ("sha256:1", ["agent"])
    assert config["Labels"] == {"course.run": "r"}
    assert config["StdinOnce"]
    assert not config["Tty"]
