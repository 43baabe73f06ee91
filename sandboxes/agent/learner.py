"""As whom submissions run, and where they lie."""

from __future__ import annotations

import os

from runner.rights import LEARNER

APART = "as a user of their own"


def learner(isolation: str) -> tuple[str, int | None]:
    """Where submissions lie and whom they run as.

    In a container that is the learner's own tmpfs. Elsewhere it is a folder of our scratch space,
    with our rights, unless we are root: then a uid that nobody else has.
    """
    if isolation == "uid":
        return "/work", LEARNER
    import tempfile
    from pathlib import Path

    from runner.stranger import find_stranger

    around = os.environ.get("COURSE_WORK")
    folder = tempfile.mkdtemp(prefix="submission-", dir=around)
    uid, _ = find_stranger(Path(around or folder))
    if uid is None:
        return folder, None
    os.chown(folder, uid, uid)
    if around is not None:
        os.chmod(around, 0o711)  # noqa: S103  to pass through, not to look around
    return folder, uid


def in_words(isolation: str) -> str:
    """As whom submissions run, in words."""
    if isolation == "uid":
        return APART
    import tempfile
    from pathlib import Path

    from runner.stranger import find_stranger

    around = Path(os.environ.get("COURSE_WORK") or tempfile.gettempdir())
    uid, why = find_stranger(around)
    return f"with our rights: {why}" if uid is None else APART
