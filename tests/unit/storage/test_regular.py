"""A file of somebody else's is read to a limit, and never waited for."""

import os

import pytest

from course.errors import StorageError
from course.storage.regular import read_regular


def test_a_file_is_read_up_to_its_limit(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"1234")
    assert read_regular(file, 4) == b"1234"
    with pytest.raises(StorageError, match="larger"):
        read_regular(file, 3)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path)])
def test_what_is_no_file_is_refused_without_waiting(tmp_path, make):
    make(tmp_path / "it")
    with pytest.raises(StorageError):
        read_regular(tmp_path / "it", 10)


def test_a_link_is_followed_only_where_that_is_allowed(tmp_path):
    (tmp_path / "file").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_regular(tmp_path / "link", 10) == b"1"
    with pytest.raises(StorageError):
        read_regular(tmp_path / "link", 10, follow=False)


def test_a_file_that_hides_its_size_is_cut_off(tmp_path):
    place = tmp_path / "/proc/self/maps"
    if not place.exists():
        pytest.skip("no /proc here")
    with pytest.raises(StorageError, match="larger"):
        read_regular(place, 10)
