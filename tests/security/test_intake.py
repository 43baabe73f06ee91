"""What is handed in to break whoever unpacks it: bombs, trees, names, links."""

import io
import os
import resource
import struct
import tarfile
import time
from pathlib import Path

import pytest

from course.errors import SubmissionRefused
from course.runs.grading.archives import Limits, unpack_into, unpacked
from course.runs.grading.folders import handed_in
from course.runs.intake import intake
from tests.unit.grading.archives_of import member, tarred, zipped

MB = 1 << 20
HUNDRED_THOUSAND = 100_000
SECONDS = 5.0
NAME = "n" * 255


@pytest.fixture
def bounded():
    """Whatever it is, it costs little of the processor and of memory to refuse."""
    started, before = time.process_time(), most_memory()
    yield
    assert time.process_time() - started < SECONDS
    assert most_memory() - before < 64 * MB


def most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read(content: bytes, name: str) -> dict[str, bytes]:
    return unpacked(io.BytesIO(content), name, Limits())


@pytest.fixture(scope="module")
def crowded() -> bytes:
    """A zip with a directory of a hundred thousand entries, all of them the same empty file."""
    name = b"empty.py"
    header = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0
    )
    entries = (entry + name) * HUNDRED_THOUSAND
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(entries), len(header), 0)
    return header + entries + end


def test_a_thousand_to_one_is_refused(bounded):
    content = zipped({"a.py": bytes(50 * MB)})
    assert len(content) * 900 < 50 * MB
    with pytest.raises(SubmissionRefused):
        read(content, "a.zip")


def test_an_archive_in_an_archive_stays_a_file(bounded):
    """Nobody unpacks it, so there is no end to reach: a quine is a file as well."""
    inner = zipped({"deeper.py": bytes(MB)})
    for _ in range(50):
        inner = zipped({"inner.zip": inner, "a.py": b"1"})
    found = read(inner, "a.zip")
    assert set(found) == {"inner.zip", "a.py"}
    assert found["inner.zip"][:2] == b"PK"


def test_a_hundred_thousand_entries_are_refused(crowded, bounded):
    with pytest.raises(SubmissionRefused, match="entries"):
        read(crowded, "a.zip")


def test_a_hundred_thousand_links_are_refused_at_the_first(bounded):
    with pytest.raises(SubmissionRefused, match="link"):
        read(tarred(*(member(f"{n}", tarfile.SYMTYPE, "/etc") for n in range(1000))), "a.tar")


def test_what_is_written_through_a_link_is_not_written(tmp_path):
    """A link comes first, and then a file below it: the link alone ends her part of it."""
    away = tmp_path / "away"
    away.mkdir()
    archive = tmp_path / "class.tar"
    archive.write_bytes(
        tarred(member("jane", tarfile.SYMTYPE, str(away)), member("jane/a.py"), mode="w")
    )
    unpack_into(archive, tmp_path / "out", Limits())
    assert list(away.iterdir()) == []
    links = [path for path in (tmp_path / "out").rglob("*") if path.is_symlink()]
    assert links, "nothing says that a part of her work is refused"
    assert not any(path.exists() for path in links)


def test_a_class_is_unpacked_without_the_rights_that_it_asks_for(tmp_path):
    archive = tmp_path / "class.tar"
    info = member("jane/a.py")
    info.mode, info.uid = 0o6777, 0
    archive.write_bytes(tarred(info, content=b"1", mode="w"))
    unpack_into(archive, tmp_path / "out", Limits())
    assert (tmp_path / "out/jane/a.py").stat().st_mode & 0o7000 == 0


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_a_file_where_a_folder_is_wanted_is_refused(tmp_path, name):
    archive = tmp_path / name
    files = {"jane": b"1", "jane/a.py": b"1"}
    members = [member("jane"), member("jane/a.py")]
    archive.write_bytes(zipped(files) if name == "a.zip" else tarred(*members, mode="w"))
    with pytest.raises((SubmissionRefused, OSError)):
        unpack_into(archive, tmp_path / "out", Limits())


@pytest.mark.parametrize(
    "name",
    [NAME, f"{NAME}/a.py", "/".join(["deep"] * 4096) + "/a.py", "/".join([NAME] * 17)],
    ids=["255 bytes", "in a long folder", "4096 levels", "longer than PATH_MAX"],
)
def test_names_that_no_system_bears_are_refused(name, bounded):
    for content, ending in ((zipped({name: b"1"}), "zip"), (tarred(member(name)), "tar")):
        with pytest.raises(SubmissionRefused):
            read(content, f"a.{ending}")
    with pytest.raises(SubmissionRefused):
        intake({"answer.py": b"", name: b""}, "answer.py")


def test_a_tree_of_4096_levels_on_the_disk_is_refused(tmp_path, bounded):
    place = tmp_path / "anna"
    place.mkdir()
    at = os.open(place, os.O_RDONLY)
    try:
        for _ in range(4096):
            os.mkdir("d", dir_fd=at)
            deeper = os.open("d", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = deeper
    finally:
        os.close(at)
    with pytest.raises(SubmissionRefused, match="deep"):
        handed_in(place)
    flatten(place)


def flatten(place: Path) -> None:
    """Nothing that removes trees reaches the bottom of this one by its path."""
    with os.scandir(place) as found:
        top = next(found).path
    while True:
        inner = Path(top, "d")
        if not inner.exists():
            break
        inner.rename(place / "next")
        Path(top).rmdir()
        (place / "next").rename(top)
    Path(top).rmdir()


def test_a_name_of_255_bytes_on_the_disk_is_that_learners_problem(tmp_path):
    place = tmp_path / "anna"
    place.mkdir()
    (place / ("x" * 252 + ".py")).write_text("1")
    found = handed_in(place)
    with pytest.raises(SubmissionRefused, match="file name"):
        intake({**found, "answer.py": b""}, "answer.py")
