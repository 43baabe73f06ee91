"""Archives give their files, or one sentence about what is wrong with them."""

import gzip
import io
import stat
import tarfile
import zipfile
import zlib

import pytest

from course.errors import SubmissionRefused
from course.runs.grading.archives import Limits, is_archive, stem, unpack_into, unpacked
from tests.unit.grading.archives_of import member, tarred, zipped

MB = 1 << 20


def read(content: bytes, name: str = "a.zip", **limits) -> dict[str, bytes]:
    return unpacked(io.BytesIO(content), name, Limits(**limits))


@pytest.mark.parametrize("name", ["a.zip", "A.ZIP", "a.tar", "a.tar.gz", "a.tgz"])
def test_an_archive_is_known_by_its_name(name):
    assert is_archive(name)
    assert stem(name).lower() == "a"


def test_files_come_out_of_a_zip():
    assert read(zipped({"a.py": b"1", "sub/b.py": b"2"})) == {"a.py": b"1", "sub/b.py": b"2"}


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_files_come_out_of_a_tar(mode):
    content = tarred(member("./a.py"), member("d", tarfile.DIRTYPE), content=b"1", mode=mode)
    assert read(content, "a.tar.gz") == {"a.py": b"1"}


@pytest.mark.parametrize(
    "name", ["../x.py", "/etc/x.py", "a/../../x.py", "a\\x.py", "C:x.py", "n" * 300]
)
def test_names_that_lead_out_are_refused(name):
    with pytest.raises(SubmissionRefused, match="name"):
        read(zipped({name: b""}))
    with pytest.raises(SubmissionRefused, match="name"):
        read(tarred(member(name)), "a.tar")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(kind):
    with pytest.raises(SubmissionRefused, match="link or no file"):
        read(tarred(member("x", kind, "/etc/passwd")), "a.tgz")


def test_a_link_in_a_zip_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SubmissionRefused, match="link or no file"):
        read(file.getvalue())


def test_a_name_that_comes_twice_is_refused():
    with pytest.raises(SubmissionRefused, match="twice"):
        read(tarred(member("a.py"), member("./a.py")), "a.tar")


def test_a_zip_bomb_is_refused_by_what_it_declares():
    with pytest.raises(SubmissionRefused, match="bytes"):
        read(zipped({f"{n}.py": bytes(MB) for n in range(5)}))


def test_a_zip_bomb_that_lies_is_refused_by_what_comes_out():
    content = bytearray(zipped({"a.py": bytes(3 * MB)}))
    size = (3 * MB).to_bytes(4, "little")
    assert content.count(size) == 2  # in the local header and in the directory
    with pytest.raises(SubmissionRefused):
        read(bytes(content.replace(size, (10).to_bytes(4, "little"))))


def test_a_gzip_bomb_is_refused_while_it_unpacks():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b""
    for number in range(64):
        info = member(f"{number}.py")
        info.size = MB
        bomb += packer.compress(info.tobuf() + bytes(MB))
    bomb += packer.flush()
    assert len(bomb) < MB / 8
    with pytest.raises(SubmissionRefused):
        read(bomb, "a.tar.gz")


def test_a_header_that_asks_for_gigabytes_gets_none_of_them():
    pax = tarfile.TarInfo("x")
    pax.type, pax.size = tarfile.XHDTYPE, 8 << 30
    content = gzip.compress(pax.tobuf() + bytes(32 * MB))
    with pytest.raises(SubmissionRefused):
        read(content, "a.tgz")


def test_a_hundred_thousand_entries_are_too_many():
    with pytest.raises(SubmissionRefused, match="entries"):
        read(zipped({f"{n}/": b"" for n in range(900)}))
    with pytest.raises(SubmissionRefused, match="entries"):
        read(tarred(*(member(f"d{n}", tarfile.DIRTYPE) for n in range(900))), "a.tgz")


def test_an_encrypted_zip_is_refused():
    content = bytearray(zipped({"a.py": b"1"}))
    content[6] |= 1  # in the local header
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # in the directory
    with pytest.raises(SubmissionRefused, match="encrypted"):
        read(bytes(content))


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
@pytest.mark.parametrize("content", [b"P", b"PK", b"\x1f\x8b\x00", b"no archive at all" * 100])
def test_what_is_no_archive_is_refused(name, content):
    with pytest.raises(SubmissionRefused):
        read(content, name)


def test_unpacking_leaves_files_below_the_folder(tmp_path):
    archive = tmp_path / "class.zip"
    archive.write_bytes(zipped({"jane/a.py": b"1", "joe/a.py": b"2"}))
    unpack_into(archive, tmp_path / "out", Limits())
    found = {path.relative_to(tmp_path / "out").as_posix() for path in tmp_path.rglob("*.py")}
    assert found == {"jane/a.py", "joe/a.py"}
