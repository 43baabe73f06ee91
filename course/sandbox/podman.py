"""What Podman's Docker-compatible socket wants said differently."""

import re
from typing import Any

from course.sandbox.material import sandboxes

UNKNOWN = re.compile(r",(nr_inodes|uid|gid)=\d+")


def for_podman(config: dict[str, Any]) -> dict[str, Any]:
    """The same container in Podman's words.

    Podman takes the system-call profile as a path, and for a tmpfs neither an owner nor a limit on
    files. So /work is open to all users of the box, and the memory limit, to which a tmpfs counts,
    ends whoever makes too many files. Its own network `none` is what brings the loopback up.
    """
    host = config["HostConfig"]
    security = ["no-new-privileges", f"seccomp={sandboxes() / 'seccomp.json'}"]
    places = {place: UNKNOWN.sub("", options) for place, options in host["Tmpfs"].items()}
    places["/work"] = places["/work"].replace("mode=0700", "mode=1777")
    host = {**host, "SecurityOpt": security, "Tmpfs": places}
    return {**config, "NetworkDisabled": False, "HostConfig": host}
