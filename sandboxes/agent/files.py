"""Files that come over the wire."""

from __future__ import annotations

import base64
import re

TYPE_CHECKING = False  # importing these takes longer than all of this
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
MOST = 200
LARGEST = 1 << 20  # bytes


class BadFiles(Exception):
    """Files that may not be written; the text says which and why."""


def decoded(files: list[dict[str, Any]]) -> dict[str, bytes]:
    """Names and contents, within bounds; names stay inside the folder."""
    if len(files) > MOST:
        raise BadFiles(f"{len(files)} files; at most {MOST} are taken")
    return dict(_decode(one) for one in files)


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write them below `folder`, readable for everybody."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        path.write_bytes(content)
        path.chmod(0o644)


def _decode(one: dict[str, Any]) -> tuple[str, bytes]:
    name = one["name"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadFiles(f"{name!r} is not a relative file name of plain characters")
    content = one["text"].encode() if "text" in one else base64.b64decode(one["base64"])
    if len(content) > LARGEST:
        raise BadFiles(f"{name} has {len(content)} bytes; at most {LARGEST} are taken")
    return name, content
