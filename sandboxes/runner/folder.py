"""The submission's folder: emptied whatever is in it, filled with the submitted files."""

import base64
import itertools
import os
from collections.abc import Iterator


def refill(folder: str, files: dict[str, str]) -> None:
    """Leave exactly these files (name to base64) in the folder."""
    empty(folder)
    for name, content in files.items():
        file = os.path.join(folder, name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as opened:
            opened.write(base64.b64decode(content))


def empty(folder: str) -> None:
    """Remove everything, in constant stack and with short paths however deep the tree is."""
    fresh = (f".{number}" for number in itertools.count())
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, 0o700)  # a closed folder cannot be moved either
                os.rename(inner.path, _unused(folder, fresh))
            os.rmdir(entry.path)


def _unused(folder: str, names: Iterator[str]) -> str:
    paths = (os.path.join(folder, name) for name in names)
    return next(path for path in paths if not os.path.lexists(path))
