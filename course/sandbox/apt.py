"""What this machine's apt is configured with, so that a base comes from where its packages do."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from course.errors import SandboxError

FORMAT = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"


@dataclass(frozen=True, slots=True)
class Suite:
    """A release of a distribution and where to get it.

    Args:
        name: Its code name.
        mirror: The address of the archive.
        components: Parts of the archive, comma separated.
    """

    name: str
    mirror: str
    components: str


def configured_suite() -> Suite:
    """The suite that this machine itself was installed from."""
    name = codename(Path("/etc/os-release").read_text(encoding="utf-8"))
    listed = _ask("apt-get", "indextargets", "--format", FORMAT, "Identifier: Packages")
    return suite_of(name, listed)


def codename(os_release: str) -> str:
    """The release's code name."""
    pairs = (line.partition("=") for line in os_release.splitlines())
    return next((value.strip('"') for key, _, value in pairs if key == "VERSION_CODENAME"), "")


def suite_of(name: str, listed: str) -> Suite:
    """The suite called `name` among apt's index targets."""
    rows = [line.split("|") for line in listed.splitlines() if line.count("|") == FORMAT.count("|")]
    mirrors = [mirror for mirror, release, _ in rows if release == name]
    if not name or not mirrors:
        raise SandboxError(
            f"apt has no source for {name or 'this release'}, which a base could be made from.",
            "Name an image with --base, or mend the sources of apt.",
            listed[:1000],
        )
    components = dict.fromkeys(
        part for uri, suite, part in rows if (uri, suite) == (mirrors[0], name)
    )
    return Suite(name, _address(mirrors[0]), ",".join(components))


def proxies() -> dict[str, str]:
    """The proxies of apt, as the environment variables that debootstrap's downloader reads."""
    found = {
        scheme: _ask("apt-config", "dump", "--format", "%v", f"Acquire::{scheme}::Proxy").strip()
        for scheme in ("http", "https")
    }
    return {
        f"{scheme}_proxy": value for scheme, value in found.items() if value not in {"", "DIRECT"}
    }


def _address(mirror: str) -> str:
    """The archive's address; a `mirror+file:` names a list of them."""
    if mirror.startswith("mirror+file:"):
        listed = Path(mirror.removeprefix("mirror+file:").rstrip("/")).read_text(encoding="utf-8")
        return listed.split()[0]
    return mirror


def _ask(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stdout
