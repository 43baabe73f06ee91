"""Python packages for the image, fetched on the host with the host's own index and proxy.

They are unpacked wheels for the image's Python, not for ours, so that a Mac or a newer Python can
build it and the build itself needs no network.
"""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course.errors import SandboxError

MANYLINUX = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
NO_INSTALLER = "Install uv, or pip into the Python that runs the course."
MARKER = re.compile(r"[ \t]*;[^\\\n]*?(?=[ \t]*\\?$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Python:
    """The Python of an image.

    Args:
        version: Major and minor, as in "3.11".
        machine: The processor, as in "x86_64".
        site: Where its packages belong.
    """

    version: str
    machine: str
    site: str


def fetch_packages(lock: Path, python: Python, cache: Path) -> Path:
    """The folder of unpacked packages for that Python; fetched once per lock."""
    key = hashlib.sha256(lock.read_bytes() + repr(python).encode()).hexdigest()[:16]
    ready = cache / f"site-{key}"
    if ready.is_dir():
        return ready
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as folder:
        wanted = Path(folder, "requirements.txt")
        wanted.write_text(without_markers(lock.read_text(encoding="utf-8")), encoding="utf-8")
        site = Path(folder, "site")
        _run(command(python, wanted, site))
        # Their shebangs name this machine's Python.
        shutil.rmtree(site / "bin", ignore_errors=True)
        _keep(site, ready)
    return ready


def without_markers(lock: str) -> str:
    """The lock with every package in it: pip would judge markers by the Python that runs it."""
    return MARKER.sub("", lock)


def command(python: Python, lock: Path, site: Path) -> list[str]:
    """The installer's command line; pip first, because people configure pip."""
    wanted = ["--target", str(site), "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    wanted += ["--requirement", str(lock), "--python-version", python.version]
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        platforms = [f"--platform={tag}_{python.machine}" for tag in MANYLINUX]
        return [*pip, "--no-compile", "--implementation=cp", *platforms, *wanted]
    uv = shutil.which("uv")
    if uv is None:
        raise SandboxError(
            "There is neither pip nor uv to fetch the image's packages.", NO_INSTALLER
        )
    platform = f"{python.machine}-{MANYLINUX[0]}"
    own = ["--python", sys.executable, "--python-platform", platform]
    return [uv, "pip", "install", "--quiet", *own, *wanted]


def _run(installer: list[str]) -> None:
    ran = subprocess.run(installer, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SandboxError(
            "The image's Python packages could not be fetched.",
            "Check the network, and the index and proxy that pip is configured with.",
            ran.stderr[-2000:],
        )


def _keep(site: Path, ready: Path) -> None:
    try:
        site.rename(ready)
    except OSError:
        if not ready.is_dir():  # otherwise another build was faster, with the same packages
            raise
