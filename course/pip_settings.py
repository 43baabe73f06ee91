"""What the first start takes over of pip's settings: where packages are, and nothing else.

Standard library only, and readable by every Python since 3.6, as `bootstrap.py` is.
"""

import ast
import contextlib
import os
import re
import subprocess
import sys
from functools import cache
from typing import Dict, Iterator, List, Mapping, Tuple

SOURCES = {
    "index-url", "extra-index-url", "no-index", "find-links", "proxy", "cert", "client-cert",
    "trusted-host", "timeout", "retries", "cache-dir", "keyring-provider",
}  # fmt: skip


def settled(environment: Mapping[str, str]) -> Dict[str, str]:
    """Leave out what steers other Pythons, and of pip's settings all but where packages are.

    PIP_USER, PIP_TARGET, PIP_NO_BINARY and their like, here or in a pip.conf, are about somebody's
    other installations; here they put packages where nobody looks for them.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name == "PYTHONPATH" or not name.startswith(("PYTHON", "PIP_", "__PYVENV"))
    }
    return {**kept, **where_packages_are(), "PIP_CONFIG_FILE": os.devnull}


@cache  # a start of pip costs half a second
def where_packages_are() -> Dict[str, str]:
    """Read pip's settings about indexes, proxies and certificates from files and environment."""
    return {"PIP_" + name.upper().replace("-", "_"): value
            for name, value in pip_settings() if name in SOURCES}  # fmt: skip


def pip_settings() -> Iterator[Tuple[str, str]]:
    """List what files say to pip, then what the environment says, which counts more."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    listed = subprocess.run(
        [getattr(sys, "_base_executable", None) or sys.executable, "-m", "pip", "config", "list"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        universal_newlines=True,
        check=False,
        env=plain,
    )
    found = re.findall(r"^(\S+?)\.([a-z-]+)=(['\"].*)$", listed.stdout, re.MULTILINE)
    for _, name, value in sorted(found, key=lambda one: one[0].startswith(":env:")):
        with contextlib.suppress(ValueError, SyntaxError):
            yield name, " ".join(str(ast.literal_eval(value)).split())
    for name, value in os.environ.items():  # also where this Python has no pip
        if name.startswith("PIP_"):
            yield name[4:].lower().replace("_", "-"), value


def index_of_pip() -> List[str]:
    """Let uv use the index that pip is configured for; uv does not read pip's settings."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return []
    index = where_packages_are().get("PIP_INDEX_URL")
    return ["--default-index", index] if index else []
