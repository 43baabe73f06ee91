"""What to say when no engine answers: whoever named one must read that name."""

from collections.abc import Mapping, Sequence

START_THE_ENGINE = (
    "Start Docker (or Podman's socket), or go on without it: --sandbox embedded. "
    "`course doctor` shows what was tried."
)
OVER_SSH = (
    "The course does not speak ssh: forward the socket with `ssh -NL /tmp/docker.sock:"
    "/var/run/docker.sock HOST`, and set DOCKER_HOST=unix:///tmp/docker.sock."
)
NAMED = ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


def silence(
    host: str | None, environment: Mapping[str, str], tried: Sequence[str]
) -> tuple[str, str]:
    """A sentence, and what to do."""
    address = host or environment.get("DOCKER_HOST") or ""
    by = "" if host else " (DOCKER_HOST)"
    where = f" at {address}{by}" if address else ""
    hint = START_THE_ENGINE
    if address.startswith("ssh://"):
        hint = OVER_SSH
    elif any("Permission denied" in line for line in tried):
        hint = "You may not use its socket: join the docker group, or use rootless Docker. " + hint
    elif address:
        hint = f"Start it, or unset DOCKER_HOST. {hint}"
    return f"No Docker engine answers{where}.", hint
