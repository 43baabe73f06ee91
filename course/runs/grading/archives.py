"""Archives from people we do not trust: read in memory, bounded, no links, no surprises.

Sizes are counted twice, as declared and as they come out: a bomb lies about the first.
"""

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from course.errors import SubmissionRefused
from course.runs.intake import LARGEST_FILE, LARGEST_TOTAL, LONGEST_NAME, MOST_FILES

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
TAR_ROOM = 1 << 20  # bytes of headers and padding, beside the files
CHUNK = 1 << 16
ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, ValueError,
           NotImplementedError, RuntimeError, UnicodeError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What may come out of an archive."""

    files: int = MOST_FILES
    file_bytes: int = LARGEST_FILE
    total_bytes: int = LARGEST_TOTAL


def is_archive(name: str) -> bool:
    """Whether we would unpack a file of this name."""
    return name.lower().endswith(ENDINGS)


def stem(name: str) -> str:
    """The name without what makes it an archive."""
    ending = next((end for end in reversed(ENDINGS) if name.lower().endswith(end)), "")
    return name[: len(name) - len(ending)]


def unpacked(file: IO[bytes], name: str, limits: Limits | None = None) -> dict[str, bytes]:
    """Every file of an archive by its relative name; raises SubmissionRefused."""
    return dict(members(file, name, limits or Limits()))


def unpack_into(archive: Path, folder: Path, limits: Limits) -> None:
    """Write an archive's files below a folder that is ours and empty, one after the other."""
    with archive.open("rb") as file:
        for name, content in members(file, archive.name, limits):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def members(file: IO[bytes], name: str, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Relative name and content of each file, as they come; raises SubmissionRefused."""
    reader = _from_zip if name.lower().endswith(".zip") else _from_tar
    seen: set[str] = set()
    total = 0
    try:
        for member, content in reader(file, limits):
            if member in seen:
                raise SubmissionRefused(f"{member!r:.80} is in the archive twice.")
            seen.add(member)
            total += len(content)
            _bound("files", len(seen), limits.files)
            _bound("bytes", total, limits.total_bytes)
            yield member, content
    except _BROKEN as error:
        raise SubmissionRefused(f"The archive cannot be read: {error!s:.200}.") from error


def _from_zip(file: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _bound("entries", len(members), 4 * limits.files)
        _bound("bytes", sum(member.file_size for member in members), limits.total_bytes)
        for member in members:
            if member.is_dir():
                continue
            kind = stat.S_IFMT(member.external_attr >> 16)
            _refuse_kind(member.filename, is_file=kind in (0, stat.S_IFREG))
            if member.flag_bits & ENCRYPTED:
                raise SubmissionRefused("The archive is encrypted.")
            with archive.open(member) as content:
                yield _safe_name(member.filename), _read(content, member.filename, limits)


def _from_tar(file: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes]]:
    magic = file.read(2)
    file.seek(0)
    plain: IO[bytes] = gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file  # type: ignore[assignment]  # a GzipFile reads as one
    bounded = _Bounded(plain, limits.total_bytes + TAR_ROOM)
    with tarfile.open(fileobj=bounded, mode="r|", bufsize=CHUNK) as archive:
        for number, member in enumerate(archive):
            _bound("entries", number, 4 * limits.files)
            if member.isdir():
                continue
            _refuse_kind(member.name, is_file=member.isreg())
            _bound("bytes", member.size, limits.file_bytes)
            content = archive.extractfile(member)
            yield _safe_name(member.name), content.read() if content else b""


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than it should have.

    Args:
        source: What is read.
        left: How many bytes it may give.
    """

    def __init__(self, source: IO[bytes], left: int) -> None:
        super().__init__()
        self._source = source
        self._left = left

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes."""
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        data = self._source.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise SubmissionRefused("The archive unpacks to more than a submission may be.")
        return data


def _read(content: IO[bytes], name: str, limits: Limits) -> bytes:
    data = content.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise SubmissionRefused(f"{name!r:.80} is larger than {limits.file_bytes >> 20} MiB.")
    return data


def _safe_name(name: str) -> str:
    path = PurePosixPath(name)
    odd = "\\" in name or "\0" in name or ":" in name or len(name) > LONGEST_NAME
    if odd or path.is_absolute() or ".." in path.parts or not path.parts:
        raise SubmissionRefused(f"{name!r:.80} is not a name that a file in an archive may have.")
    return path.as_posix()


def _refuse_kind(name: str, *, is_file: bool) -> None:
    if not is_file:
        raise SubmissionRefused(f"{name!r:.80} in the archive is a link or no file at all.")


def _bound(what: str, number: int, most: int) -> None:
    if number > most:
        raise SubmissionRefused(f"The archive has {number} {what}; {most} are allowed.")
