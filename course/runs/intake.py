"""Which files a submission may consist of; checked before anything reaches a sandbox."""

import codecs
import re
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath

from course.errors import SubmissionRefused

MOST_FILES = 200
LARGEST_FILE = 1 << 20  # bytes
LARGEST_TOTAL = 4 << 20
LONGEST_NAME = 200

_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip
_TEXTS = (".py", ".conf", ".yaml", ".yml", ".json", ".toml", ".sh", ".txt", ".md")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
# What would steer Python or pytest rather than be the answer.
_STEERING = {
    "conftest.py", "pytest.ini", "tox.ini", "setup.cfg", "setup.py", "pyproject.toml",
    "pyvenv.cfg", "sitecustomize.py", "usercustomize.py", "__pycache__",
}  # fmt: skip
_STEERING_ENDS = (".pth", ".pyc", ".so", ".dist-info", ".egg-info", ".pyd", ".dylib")
_TAKEN = frozenset(sys.stdlib_module_names) | {
    "agent", "bson", "course", "gridfs", "harness", "lab", "mongo", "mongomock", "pymongo",
    "pytest", "redis", "rig", "runner", "submission",
}  # fmt: skip


def intake(files: Mapping[str, bytes], entry: str) -> dict[str, bytes]:
    """The same files, or SubmissionRefused with what is wrong with them.

    Args:
        files: Content by relative name.
        entry: The exercise's own file, which may be called like a module: it is loaded by path.
    """
    if entry not in files:
        raise SubmissionRefused(f"There is no file {entry} in the submission.")
    if len(files) > MOST_FILES:
        raise SubmissionRefused(f"{len(files)} files were submitted; {MOST_FILES} are allowed.")
    if sum(map(len, files.values())) > LARGEST_TOTAL:
        raise SubmissionRefused(f"The files are larger than {LARGEST_TOTAL >> 20} MiB together.")
    for name, content in files.items():
        _check_name(name)
        if name != entry:
            _check_module(name)
        if len(content) > LARGEST_FILE:
            raise SubmissionRefused(f"{name} is larger than {LARGEST_FILE >> 20} MiB.")
    return {name: _as_utf_8(name, content) for name, content in files.items()}


def _as_utf_8(name: str, content: bytes) -> bytes:
    """Without the mark that some editors put first; raises for what no program here can read."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            raise _encoded(name, encoding)
    content = content.removeprefix(codecs.BOM_UTF8)
    if b"\0" in content and name.endswith(_TEXTS):
        halves = content[::2], content[1::2]
        raise _encoded(name, "UTF-16" if any(half.count(0) > len(half) // 2 for half in halves)
                       else "no text: it holds null bytes")  # fmt: skip
    return content


def _encoded(name: str, how: str) -> SubmissionRefused:
    return SubmissionRefused(f"{name} is {how}.", "Save it as UTF-8 in your editor.")


def _check_name(name: str) -> None:
    plain = unicodedata.normalize("NFC", name)
    if plain != name or len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise SubmissionRefused(f"{name!r:.80} is not a file name that a submission may have.")
    parts = PurePosixPath(name).parts
    if any(part in _STEERING or part.endswith(_STEERING_ENDS) for part in parts):
        raise SubmissionRefused(f"A submission may not bring a file {name}.")


def _check_module(name: str) -> None:
    module = PurePosixPath(name).parts[0].removesuffix(".py")
    if module in _TAKEN and (name.endswith(".py") or "/" in name):
        raise SubmissionRefused(
            f"{name} has the name of a module that is installed.", "Give the file another name."
        )
