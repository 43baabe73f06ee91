"""Where a lab runs: whose rights its processes get, and where their files lie."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from runner.rights import LEARNER

REDIS, NGINX, MONGOD, LESSON = 10003, 10004, 10005, 10006
UIDS = {"learner": LEARNER, "redis": REDIS, "nginx": NGINX, "mongod": MONGOD, "lesson": LESSON}


@dataclass(frozen=True, slots=True)
class Runtime:
    """The ground under a lab.

    Args:
        folder: The lesson's files.
        work: A private scratch folder; removed at the end.
        isolation: `uid` where every service gets a uid of its own, else `none`.
        seed: The run's seed.
    """

    folder: Path
    work: Path
    isolation: str = "none"
    seed: int = 1

    def uid(self, account: str) -> int | None:
        """The uid that an account stands for; None where everything runs as we do."""
        return UIDS[account] if self.isolation == "uid" else None

    def place(self, name: str, account: str) -> Path:
        """A fresh folder that only `account` (and we) can enter."""
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.work))
        gid = self.uid(account)
        if gid is not None:
            os.chown(folder, -1, gid)  # we own it and belong to the group: no capability needed
            folder.chmod(0o770)
        return folder


def make_work(isolation: str) -> Path:
    """A scratch folder for everything a lab writes."""
    parent = os.environ.get("COURSE_WORK")
    if isolation == "uid" and parent is None:
        parent = "/data" if Path("/data").is_dir() else "/run/agent"
    work = Path(tempfile.mkdtemp(prefix="lab-", dir=parent))
    if isolation == "uid":
        os.setgroups([0, *UIDS.values()])
        work.chmod(0o711)  # services may pass through to the folder that is theirs
    return work


def remove_work(work: Path) -> None:
    """Erase the scratch folder; what services own inside it may resist, and goes with the box."""
    shutil.rmtree(work, ignore_errors=True)
