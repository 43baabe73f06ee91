"""Building the image: a base, Python and Redis in it, packages fetched on the host, our code."""

import contextlib
import io
import json
import os
import re
import tarfile
from pathlib import Path
from typing import IO

import platformdirs

from course.errors import SandboxError
from course.sandbox.base_image import Base, Progress, choose_base
from course.sandbox.docker import DockerBackend
from course.sandbox.engine import Engine
from course.sandbox.flags import CHECK_SIZE
from course.sandbox.image import REPOSITORY, Image, tag_of
from course.sandbox.material import inside, lock, sandboxes, source_digest
from course.sandbox.packages import Python, fetch_packages

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CHATTER = ("--->", "Removing intermediate")
OLDEST_PYTHON = (3, 11)
ASK_PYTHON = (
    "import json, platform, sysconfig; print(json.dumps({"
    "'version': sysconfig.get_python_version(), 'machine': platform.machine(), "
    "'site': sysconfig.get_path('purelib')}))"
)


def build_image(
    engine: Engine,
    base: str = "auto",
    progress: Progress | None = None,
    *,
    cache: Path | None = None,
) -> Image:
    """Build the image and what it needs; steps that were taken before are not taken again.

    Args:
        engine: Where to build it.
        base: "auto", "mongo", "debootstrap" or the name of a Debian or Ubuntu image.
        progress: Told each step ("base", "packages", "image") and a detail.
        cache: Where fetched packages are kept.
    """
    tell = progress or _unheard
    chosen = choose_base(engine, base, tell)
    stage = _prepare(engine, chosen, tell)
    python = python_of(engine, stage)
    tell("packages", f"fetching packages for Python {python.version} on {python.machine}")
    site = fetch_packages(lock(), python, cache or platformdirs.user_cache_path(REPOSITORY))
    return _assemble(engine, chosen, python, site, tell)


def python_of(engine: Engine, image: str) -> Python:
    """Ask the Python in an image what it is."""
    backend = DockerBackend(engine, image, ("python3", "-I", "-c", ASK_PYTHON))
    with contextlib.closing(backend.start(CHECK_SIZE, run_id="build", purpose="check")) as box:
        answer = b"".join(iter(box.receive, b""))
        if not answer:
            said = box.autopsy().stderr_tail
            raise SandboxError("The base image's Python does not run.", "Try another base.", said)
    python = Python(**json.loads(answer))
    if tuple(map(int, python.version.split("."))) < OLDEST_PYTHON:
        raise SandboxError(
            f"The base image has Python {python.version}; the sandbox needs 3.11.",
            "Name a newer base: Debian 12, Ubuntu 24.04 or mongo:8.0.",
        )
    return python


def _prepare(engine: Engine, base: Base, tell: Progress) -> str:
    """The base with Python, Redis and our users in it; returns the image's id."""
    tell("packages", "installing Python and Redis in the base")
    tag = f"{REPOSITORY}-packages:latest"
    return _build(
        engine, {}, tell, "packages", tag, target="packages", buildargs={"BASE": base.reference}
    )


def _assemble(engine: Engine, base: Base, python: Python, site: Path, tell: Progress) -> Image:
    """The image itself."""
    source = source_digest()
    files = {
        f"site/{path.relative_to(site).as_posix()}": path
        for path in site.rglob("*")
        if path.is_file()
    }
    files |= {f"sandbox/{name}": path for name, path in inside()}
    arguments = {
        "BASE": base.reference,
        "BASE_NAME": base.name,
        "SITE": python.site,
        "SOURCE": source,
    }
    tag = tag_of(source)
    made = _build(engine, files, tell, "image", tag, buildargs=arguments)
    return Image(made, tag, base.name, source)


def _build(
    engine: Engine,
    files: dict[str, Path],
    tell: Progress,
    step: str,
    tag: str,
    **options: object,
) -> str:
    """Run one build and return the id of what it made."""
    context = _context({"Dockerfile": sandboxes() / "Dockerfile", **files})
    lines: list[str] = []
    made = ""
    for message in engine.build(context, tag=tag, **options):
        if "error" in message:
            said = "\n".join([*lines[-20:], str(message["error"])])
            raise SandboxError("The image could not be built.", "The last lines say why.", said)
        made = str((message.get("aux") or {}).get("ID", made))
        text = COLOUR.sub("", str(message.get("stream") or message.get("status") or "")).strip()
        if text and not text.startswith(CHATTER):
            lines.append(text)
            tell(step, text)
    return made or engine.image_id(tag) or tag


def _context(files: dict[str, Path]) -> IO[bytes]:
    """A tar whose bytes depend on names and contents alone, so that the engine's cache hits."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, path in sorted(files.items()):
            content = path.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            tar.addfile(entry, io.BytesIO(content))
    packed.seek(0)
    return packed


def _unheard(step: str, detail: str) -> None:
    """Report to nobody."""
