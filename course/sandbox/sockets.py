"""Local sockets on which an engine may listen."""

import socket
from collections.abc import Mapping
from pathlib import Path

DEFAULT_SOCKET = "unix:///var/run/docker.sock"


def rootless_sockets(environment: Mapping[str, str]) -> list[Path]:
    """Sockets of engines that run without root, where they exist."""
    runtime = Path(environment.get("XDG_RUNTIME_DIR") or "/run/user/none")
    home = Path.home()
    known = (
        runtime / "docker.sock",
        home / ".docker/run/docker.sock",
        home / ".colima/default/docker.sock",
        runtime / "podman/podman.sock",
    )
    return [path for path in known if path.exists()]


def knock(address: str, seconds: float) -> None:
    """Raise OSError when nobody listens on a local socket; the driver would leave one open."""
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(seconds)
            probe.connect(address.removeprefix("unix://"))
