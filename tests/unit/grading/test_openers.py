"""What learners hand in is opened by somebody who may die of it, and nobody else suffers."""

import gzip
import io
import os
import stat
import struct
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress

import pytest

from course.errors import StorageError, SubmissionRefused, UsageError
from course.runs.grading.openers import READ_SECONDS, Openers
from course.runs.grading.submissions import discover
from tests.unit.grading.archives_of import member, tarred, zipped
from tests.unit.grading.conftest import FakeHand

MB = 1 << 20


@pytest.fixture(scope="module")
def openers() -> Iterator[Openers]:
    found = Openers(unpack_seconds=1)
    yield found
    found.close()


def used() -> float:
    """Processor time of ours and of all whom we have ended."""
    return sum(os.times()[:4])


def many_digits() -> bytes:
    """A pax header that says how large the next file is, at length."""
    digits = b"1" * 3_000_000
    record = b" size=" + digits + b"\n"
    length = len(record) + 7
    header = str(length).encode() + record
    info = tarfile.TarInfo("header")
    info.type, info.size = tarfile.XHDTYPE, len(header)
    body = info.tobuf() + header + bytes(-len(header) % 512) + member("a.py").tobuf()
    return gzip.compress(body + bytes(1024))


def nameless() -> bytes:
    """A zip in which a member has no name: its one letter is said to be something else."""
    content = bytearray(zipped({"x": b"1"}))
    for at in (26, content.rindex(b"PK\x01\x02") + 28):
        content[at : at + 4] = b"\x00\x00\x01\x00"
    return bytes(content)


def with_method(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("add.py", b"a" * 100)
    return file.getvalue()


def greedy_lzma() -> bytes:
    """A member that asks for a dictionary of four gigabytes."""
    content = bytearray(with_method(zipfile.ZIP_LZMA))
    at = content.index(b"\x09\x04\x05\x00") + 5
    content[at : at + 4] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(content)


def unknown_method() -> bytes:
    content = bytearray(zipped({"add.py": b"1" * 50}))
    content[8:10] = struct.pack("<H", 9)  # deflate64
    at = content.rindex(b"PK\x01\x02") + 10
    content[at : at + 2] = struct.pack("<H", 9)
    return bytes(content)


def lying_zip64() -> bytes:
    content = bytearray(zipped({"add.py": b"1"}))
    at = content.rindex(b"PK\x05\x06")
    content[at + 8 : at + 20] = b"\xff" * 12
    return bytes(content)


def empty_members(count: int) -> bytes:
    """A gzip of so many members that hold nothing, before the tar."""
    return gzip.compress(b"", 1) * count + tarred(member("add.py"))


HOSTILE = {
    "digits.tar.gz": many_digits(),
    "nameless.zip": nameless(),
    "nothing.zip": b"",
    "half.zip": zipped({"add.py": b"1" * 4096})[:60],
    "greedy.zip": greedy_lzma(),
    "bzip.zip": with_method(zipfile.ZIP_BZIP2),
    "unknown.zip": unknown_method(),
    "zip64.zip": lying_zip64(),
    "sparse.tar": tarred(member("add.py", tarfile.GNUTYPE_SPARSE), mode="w"),
    "link.tar.gz": tarred(member("add.py", tarfile.SYMTYPE, "/etc/passwd")),
    "hard.tar.gz": tarred(member("add.py", tarfile.LNKTYPE, "/etc/passwd")),
    "device.tar": tarred(member("add.py", tarfile.CHRTYPE), mode="w"),
    "bomb.tar.gz": tarred(member("a.py"), member("b.py"), content=bytes(64 * MB)),
    "garbage.tgz": os.urandom(4096),
    "many.zip": zipped({f"{number}.py": b"" for number in range(300)}),
}


def test_each_hostile_archive_is_one_learners_row_and_none_is_waited_for(openers, one, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for name, content in HOSTILE.items():
        (folder / name).write_bytes(content)
    (folder / "honest.zip").write_bytes(zipped({"add.py": b"a + b"}))
    started = used()
    grades = {
        task.entry.learner.id: FakeHand().grade(task).grade
        for task in discover([folder], one, lambda: tmp_path, reading=openers)
    }
    assert used() - started < READ_SECONDS + 1 + len(HOSTILE)
    assert grades.pop("honest").outcome == "passed"
    assert len(grades) == len(HOSTILE)
    assert {grade.outcome for grade in grades.values()} == {"failed"}
    assert not [grade for grade in grades.values() if grade.submission or not grade.why]


def test_what_takes_the_process_with_it_is_refused_and_the_next_is_opened(openers, tmp_path):
    slow = tmp_path / "slow.tar.gz"
    slow.write_bytes(many_digits())
    with pytest.raises(SubmissionRefused):
        openers.read(slow)
    good = tmp_path / "good.zip"
    good.write_bytes(zipped({"add.py": b"1"}))
    assert openers.read(good) == {"add.py": b"1"}


def test_a_computer_that_is_too_busy_is_no_fault_of_a_learner(tmp_path):
    slow = tmp_path / "slow.tar.gz"
    slow.write_bytes(empty_members(300_000))
    openers = Openers(wall_seconds=0.3)
    try:
        with pytest.raises(StorageError, match="twice"):
            openers.read(slow)
    finally:
        openers.close()


def test_pipes_devices_links_and_kernel_files_are_refused_at_once(openers, tmp_path):
    os.mkfifo(tmp_path / "pipe.zip")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "down").symlink_to(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "add.py")
    for name in ("pipe.zip", "pipe.py", "loop", "down", "folder", "nowhere"):
        with pytest.raises(SubmissionRefused):
            openers.read(tmp_path / name)
    for place in ("/dev/zero", "/dev/tty"):
        with pytest.raises(SubmissionRefused):
            openers.read(tmp_path / place)


def test_a_folder_of_very_many_entries_is_refused(openers, tmp_path):
    for number in range(10_001):
        (tmp_path / f".{number}").mkdir()  # also when all of them are passed over
    with pytest.raises(SubmissionRefused, match="entries"):
        openers.read(tmp_path)


def test_odd_names_come_through_as_they_are(openers, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    names = [b"caf\xe9.py", b"\x1b[2J.py", b"new\nline.py", "\u202e.py".encode()]
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(name)
    found = openers.read(tmp_path / "class")
    assert {os.fsencode(name): content for name, content in found.items()} == {
        name: name for name in names
    }


def test_many_threads_have_their_files_opened_at_once(openers, tmp_path):
    for number in range(40):
        (tmp_path / f"{number}.zip").write_bytes(zipped({"add.py": str(number).encode()}))
    found: dict[int, bytes] = {}

    def read(first: int) -> None:
        for number in range(first, 40, 4):
            found[number] = openers.read(tmp_path / f"{number}.zip")["add.py"]

    threads = [threading.Thread(target=read, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {number: str(number).encode() for number in range(40)}


def test_nobody_in_an_export_of_a_class_can_end_the_batch(openers, one, tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("export/anna/add.py", b"a + b")
        archive.writestr("export/bert/my:answer.py", b"a + b")
        archive.writestr("export/carl/" + "n" * 300 + ".py", b"a + b")
        link = zipfile.ZipInfo("export/dora/add.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("export/erik.zip", many_digits())
        archive.writestr("export/fred/back\\slash.py", b"a + b")
    export = tmp_path / "class.zip"
    export.write_bytes(file.getvalue())
    tasks = discover([export], one, lambda: tmp_path / "out", reading=openers)
    grades = {task.entry.learner.id: FakeHand().grade(task).grade.outcome for task in tasks}
    assert grades.pop("anna") == "passed"
    assert set(grades) >= {"bert", "carl", "dora", "erik"}
    assert set(grades.values()) == {"failed"}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_export_of_a_class_never_takes_the_command_with_it(openers, one, tmp_path, name):
    export = tmp_path / name
    export.write_bytes(HOSTILE[name])
    with suppress(UsageError):
        tasks = discover([export], one, lambda: tmp_path / "out", reading=openers)
        assert {FakeHand().grade(task).grade.outcome for task in tasks} == {"failed"}
