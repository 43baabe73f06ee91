"""The submission's folder: emptied whatever is in it, filled with the submitted files."""

import base64
import itertools
import os
from collections.abc import Iterator
from pathlib import Path


def refill(folder: Path, files: dict[str, str]) -> None:
    """Leave exactly these files (name to base64) in the folder."""
    empty(folder)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(content))


def empty(folder: Path) -> None:
    """Remove everything, in constant stack and with short paths however deep the tree is."""
    fresh = (f".{number}" for number in itertools.count())
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                Path(entry.path).unlink()
                continue
            Path(entry.path).chmod(0o700)
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    Path(inner.path).chmod(0o700)  # a closed folder cannot be moved either
                os.rename(inner.path, _unused(folder, fresh))  # noqa: PTH104  short paths
            Path(entry.path).rmdir()


def _unused(folder: Path, names: Iterator[str]) -> Path:
    return next(folder / name for name in names if not os.path.lexists(folder / name))
