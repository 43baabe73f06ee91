"""What the image starts from: an official MongoDB image, a Debian made here, or what one names."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.errors import EngineMissing, ImageMissing, SandboxError
from course.sandbox.apt import Suite, configured_suite, proxies
from course.sandbox.engine import Engine
from course.sandbox.labels import IMAGE, RECIPE

Progress = Callable[[str, str], None]

OFFICIAL = "mongo:8.0"
INCLUDED = "python3,redis-server"
NO_BASE = (
    "Connect to a network that reaches a registry, name a local Debian or Ubuntu image with "
    "--base, load an image that somebody saved (course sandbox load FILE), or, on Debian or Ubuntu "
    "as root, install debootstrap."
)


@dataclass(frozen=True, slots=True)
class Base:
    """Where an image starts.

    Args:
        reference: What the engine knows it by.
        name: What people call it: "mongo", "debootstrap" or an image's name.
    """

    reference: str
    name: str


def choose_base(engine: Engine, wanted: str, progress: Progress) -> Base:
    """The base that was asked for, fetched or made where it is not there yet."""
    if wanted == "debootstrap":
        return bootstrap(engine, progress)
    if wanted != "auto":
        reference = OFFICIAL if wanted == "mongo" else wanted
        _have(engine, reference, progress)
        return Base(reference, wanted)
    try:
        _have(engine, OFFICIAL, progress)
    except ImageMissing as error:
        if not can_bootstrap():
            raise SandboxError(
                "There is no base image to build on.", NO_BASE, error.evidence
            ) from error
        progress("base", f"{OFFICIAL} is out of reach, so a Debian base is made here")
        return bootstrap(engine, progress)
    return Base(OFFICIAL, "mongo")


def can_bootstrap() -> bool:
    """Whether this machine can make a base: Debian or Ubuntu, root, debootstrap installed."""
    tools = all(shutil.which(tool) for tool in ("debootstrap", "apt-get", "tar"))
    return tools and os.geteuid() == 0


def bootstrap(engine: Engine, progress: Progress) -> Base:
    """A minimal Debian or Ubuntu like this machine's, from the mirror this machine uses."""
    if not can_bootstrap():
        raise SandboxError(
            "A base can be made only on Debian or Ubuntu, as root, with debootstrap installed.",
            "apt-get install debootstrap, then the same command as root.",
        )
    suite = configured_suite()
    recipe = hashlib.sha256(f"{suite.name} {suite.components} {INCLUDED}".encode()).hexdigest()[:12]
    tag = f"scalability-course-base:{suite.name}-{recipe}"
    if engine.image_id(tag) is None:
        with _root_folder() as root:
            _debootstrap(suite, root, progress)
            progress("base", "handing it to the engine")
            _import(engine, root, tag, [f"LABEL {IMAGE}=base {RECIPE}={recipe}"])
    return Base(tag, "debootstrap")


def _have(engine: Engine, reference: str, progress: Progress) -> None:
    if engine.image_id(reference) is not None:
        return
    progress("base", f"pulling {reference}")
    try:
        for message in engine.pull(reference):
            progress("base", f"{message.get('id', reference)} {message.get('status', '')}")
    except EngineMissing:
        raise
    except SandboxError as error:
        raise ImageMissing(f"{reference} could not be pulled.", NO_BASE, error.evidence) from error


@contextlib.contextmanager
def _root_folder() -> Iterator[Path]:
    # Not the default for temporary files: debootstrap refuses mounts with noexec or nodev.
    root = Path(tempfile.mkdtemp(prefix="course-base-", dir="/var/tmp"))
    try:
        yield root
    finally:
        for mount in (root / "proc", root / "sys"):
            if mount.is_mount():
                subprocess.run(["umount", "--lazy", str(mount)], check=True)
        shutil.rmtree(root)


def _debootstrap(suite: Suite, root: Path, progress: Progress) -> None:
    command = ["debootstrap", "--variant=minbase", f"--include={INCLUDED}"]
    command += [f"--components={suite.components}", suite.name, str(root), suite.mirror]
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **proxies()},
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            progress("base", line.removeprefix("I: ").strip())
    if process.returncode:
        raise SandboxError(
            "debootstrap could not make a base.", "The last lines say why.", "".join(lines[-20:])
        )


def _import(engine: Engine, root: Path, tag: str, changes: list[str]) -> None:
    command = ["tar", "--create", "--numeric-owner", "--one-file-system", "--directory", str(root)]
    command += ["--exclude=./var/cache/apt", "--exclude=./var/lib/apt/lists", "."]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as tar:
        assert tar.stdout is not None  # noqa: S101 - it was asked for
        engine.import_root(tar.stdout, tag, changes)
    if tar.returncode:
        raise SandboxError("The base could not be packed.", "Is the disk full?")
