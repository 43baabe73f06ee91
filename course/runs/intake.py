"""Which files a submission may consist of; checked before anything reaches a sandbox."""

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
    return dict(files)


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
