"""Archives from people we do not trust: read in memory, bounded, no links, no surprises.

Sizes are counted twice, as declared and as they come out: a bomb lies about the first.
"""

import gzip
import hashlib
import io
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from course.errors import SubmissionRefused
from course.runs.intake import LARGEST_FILE, LARGEST_TOTAL, LONGEST_NAME, MOST_FILES
from course.storage.regular import open_regular

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
TAR_ROOM = 1 << 20  # bytes of headers and padding, beside the files
CHUNK = 1 << 16
LARGEST_ARCHIVE = 4 << 30  # of a whole class
DEEPEST = 12
ENCRYPTED = 0x1
COMPRESSED = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
)  # others ask for as much memory as they like
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, ValueError,
           NotImplementedError, RuntimeError, UnicodeError, LookupError, struct.error)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What may come out of an archive."""

    files: int = MOST_FILES
    file_bytes: int = LARGEST_FILE
    total_bytes: int = LARGEST_TOTAL


MANY = Limits(files=50_000, file_bytes=64 << 20, total_bytes=2 << 30)  # of a whole class


def is_archive(name: str) -> bool:
    """Whether we would unpack a file of this name."""
    return name.lower().endswith(ENDINGS)


def stem(name: str) -> str:
    """The name without what makes it an archive."""
    ending = next((end for end in reversed(ENDINGS) if name.lower().endswith(end)), "")
    return name[: len(name) - len(ending)]


def unpacked(file: IO[bytes], name: str, limits: Limits | None = None) -> dict[str, bytes]:
    """Every file of an archive by its relative name; raises SubmissionRefused."""
    found: dict[str, bytes] = {}
    for member, content in members(file, name, limits or Limits()):
        if isinstance(content, SubmissionRefused):
            raise content
        found[member] = content
    return found


def unpack_into(archive: Path, folder: Path, limits: Limits) -> None:
    """Write an archive's files below a folder that is ours and empty, one after the other.

    A member that may not be there becomes a link to nothing below a name that is safe: whose it is
    has handed in what is refused, and nobody else suffers from it.
    """
    with open_regular(archive, LARGEST_ARCHIVE) as file:
        for name, content in members(file, archive.name, limits):
            is_good = isinstance(content, bytes)
            target = folder / (name if is_good else _forced(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                with target.open("xb") as written:  # not over one that differs in capitals only
                    written.write(content)
            elif not os.path.lexists(target):
                target.symlink_to("refused")


def members(
    file: IO[bytes], name: str, limits: Limits
) -> Iterator[tuple[str, bytes | SubmissionRefused]]:
    """Relative name and content of each file, or why it is refused, as they come.

    Raises:
        SubmissionRefused: All of it is no good.
    """
    reader = _from_zip if name.lower().endswith(".zip") else _from_tar
    seen: set[str] = set()
    total = 0
    try:
        for member, content in reader(file, limits):
            if isinstance(content, SubmissionRefused):
                yield member, content
                continue
            safe = _safe_name(member)
            if safe is None:
                yield (
                    member,
                    SubmissionRefused(
                        f"{member!r:.80} is not a name that a file in an archive may have."
                    ),
                )
                continue
            if safe in seen:
                raise SubmissionRefused(f"{safe!r:.80} is in the archive twice.")
            seen.add(safe)
            total += len(content)
            _bound("files", len(seen), limits.files)
            _bound("bytes", total, limits.total_bytes)
            yield safe, content
    except _BROKEN as error:
        raise SubmissionRefused(f"The archive cannot be read: {error!s:.200}.") from error


def _from_zip(file: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes | SubmissionRefused]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _bound("entries", len(members), 4 * limits.files)
        _bound("bytes", sum(member.file_size for member in members), limits.total_bytes)
        for member in members:
            if member.filename.endswith("/"):  # is_dir() trips over one of no name
                continue
            yield member.filename, _unzipped(archive, member, limits)


def _unzipped(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits
) -> bytes | SubmissionRefused:
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return _no_file(member.filename)
    if member.flag_bits & ENCRYPTED:
        return SubmissionRefused("The archive is encrypted.")
    if member.compress_type not in COMPRESSED:
        words = f"{member.filename!r:.80} is compressed in a way that is not taken: use deflate."
        return SubmissionRefused(words)
    if member.file_size > limits.file_bytes:
        return _too_large(member.filename, limits)
    with archive.open(member) as content:
        data = content.read(limits.file_bytes + 1)
    return data if len(data) <= limits.file_bytes else _too_large(member.filename, limits)


def _from_tar(file: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes | SubmissionRefused]]:
    magic = file.read(2)
    file.seek(0)
    plain: IO[bytes] = gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file  # type: ignore[assignment]  # a GzipFile reads as one
    bounded = _Bounded(plain, limits.total_bytes + TAR_ROOM)
    with tarfile.open(fileobj=bounded, mode="r|", bufsize=CHUNK) as archive:
        for number, member in enumerate(archive):
            _bound("entries", number, 4 * limits.files)
            if member.isdir():
                continue
            yield member.name, _untarred(archive, member, limits)


def _untarred(
    archive: tarfile.TarFile, member: tarfile.TarInfo, limits: Limits
) -> bytes | SubmissionRefused:
    if not member.isreg() or member.issparse():
        return _no_file(member.name)
    if member.size > limits.file_bytes:
        return _too_large(member.name, limits)
    content = archive.extractfile(member)
    return content.read() if content else b""


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


def _safe_name(name: str) -> str | None:
    path = PurePosixPath(name)
    odd = any(one in name for one in "\\\0:") or len(name) > LONGEST_NAME
    if odd or path.is_absolute() or ".." in path.parts or not path.parts:
        return None
    return path.as_posix()


def _forced(name: str) -> str:
    """A safe name for something that is refused, below the folder of whoever it is from."""
    parts = [part for part in re.split(r"[/\\]+", name) if part.strip(". ")]
    plain = [re.sub(r"[^\w .@+-]", "_", part)[:80].lstrip(".") or "_" for part in parts[:DEEPEST]]
    own = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return "/".join([*plain[:-1], f"{plain[-1] if plain else 'nameless'}-{own}"])


def _no_file(name: str) -> SubmissionRefused:
    return SubmissionRefused(f"{name!r:.80} in the archive is a link or no file at all.")


def _too_large(name: str, limits: Limits) -> SubmissionRefused:
    return SubmissionRefused(f"{name!r:.80} is larger than {limits.file_bytes >> 20} MiB.")


def _bound(what: str, number: int, most: int) -> None:
    if number > most:
        raise SubmissionRefused(f"The archive has {number} {what}; {most} are allowed.")
