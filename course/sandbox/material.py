"""Where the parts of a sandbox lie: beside the package in a checkout, inside it when installed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from course.errors import SandboxError

PACKAGE = Path(__file__).resolve().parents[1]
# How the image is made and what only the host reads; everything else goes to /opt/sandbox.
NOT_INSIDE = frozenset({"Dockerfile", "seccomp.json", "seccomp.py", "README.md"})


def material(name: str) -> Path:
    """A file or folder that travels with the course."""
    for root in (PACKAGE / "_data", PACKAGE.parent):
        if (root / name).exists():
            return root / name
    raise SandboxError(
        f"This installation lacks {name}.", "Install scalability-course again.", str(PACKAGE)
    )


def sandboxes() -> Path:
    """The folder of everything that runs in a sandbox."""
    return material("sandboxes")


def lock() -> Path:
    """The Python packages of the image, with their hashes."""
    return material("requirements/sandbox.txt")


def seccomp_profile() -> str:
    """The system calls a box may make, as Docker wants them: one line of JSON."""
    rules = json.loads((sandboxes() / "seccomp.json").read_text(encoding="utf-8"))
    return json.dumps(rules, separators=(",", ":"))


def inside() -> Iterator[tuple[str, Path]]:
    """The files that go into the image, as (name below /opt/sandbox, path), in a fixed order."""
    root = sandboxes()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and name.parts[0] not in NOT_INSIDE and not _is_left_over(name):
            yield name.as_posix(), path


def source_digest() -> str:
    """A digest of all that an image is built from, apart from its base."""
    digest = hashlib.sha256()
    parts = [("Dockerfile", sandboxes() / "Dockerfile"), ("lock", lock()), *inside()]
    for name, path in parts:
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _is_left_over(name: Path) -> bool:
    return any(part == "__pycache__" or part.startswith(".") for part in name.parts)
