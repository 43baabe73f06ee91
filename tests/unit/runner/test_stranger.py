"""Where the agent is root, a submission is somebody else; where that cannot be, it says why."""

import os
from pathlib import Path

import pytest

from runner import stranger
from runner.rights import PRIVATE_UIDS
from runner.stranger import find_stranger

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
OPEN = Path("/tmp/a-place")


@pytest.fixture(autouse=True)
def nobody_given(monkeypatch):
    monkeypatch.delenv(stranger.GIVEN, raising=False)


def test_whoever_is_not_root_keeps_their_rights(monkeypatch):
    monkeypatch.setattr(stranger.os, "geteuid", lambda: 1000)
    assert find_stranger(OPEN) == (None, "only root can give them another user")


@as_root
def test_root_gives_a_submission_a_uid_that_nobody_has(monkeypatch):
    monkeypatch.setattr(stranger, "_interpreter", list)
    assert find_stranger(OPEN) == (PRIVATE_UIDS + os.getpid(), "")


@as_root
def test_a_uid_that_was_given_is_taken(monkeypatch):
    monkeypatch.setenv(stranger.GIVEN, "65534")
    assert find_stranger(OPEN) == (65534, "")


@as_root
def test_an_interpreter_that_others_cannot_read_is_named(monkeypatch, tmp_path):
    home = tmp_path / "home"
    (home / "lib").mkdir(parents=True)
    home.chmod(0o700)
    monkeypatch.setattr(stranger, "_interpreter", lambda: [home / "lib"])
    uid, why = find_stranger(OPEN)
    assert uid is None
    assert why.startswith("others may not use /")


@as_root
def test_a_scratch_folder_in_a_closed_place_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(stranger, "_interpreter", list)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert find_stranger(closed / "scratch")[0] is None


@pytest.mark.parametrize(
    ("table", "expected"),
    [("0 0 4294967295\n", True), ("0 1000 1\n", False), ("0 1 65536\n0 1 1\n", False), ("", False)],
)
def test_a_namespace_with_few_users_has_none_to_spare(table, expected):
    assert stranger._is_mapped(PRIVATE_UIDS + 7, table) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Name:\tx\nCapEff:\t000001ffffffffff\n", ""),
        ("Name:\tx\nCapEff:\t00000000000000c0\n", "root lacks CHOWN, KILL here"),
        ("Name:\tx\n", "this system does not tell what root may do"),
    ],
)
def test_a_root_without_the_capabilities_is_none(monkeypatch, status, expected):
    files = {"/proc/self/uid_map": "0 0 4294967295\n", "/proc/self/status": status}
    monkeypatch.setattr(stranger.Path, "read_text", lambda path, **_: files[str(path)])
    assert stranger._refused_by_the_kernel(PRIVATE_UIDS + 7) == expected
