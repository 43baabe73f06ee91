"""Why a sandbox ended, in words, from what its box knows."""

import signal

from course.errors import SandboxLost
from course.sandbox.box import Autopsy

SIGNALS_FROM = 128  # a container that was killed by signal N exits with this plus N
BEGIN_ANEW = "What it held is gone; a new one can be opened."


def ended(autopsy: Autopsy) -> SandboxLost:
    """The error for everybody who waits for an answer."""
    return SandboxLost(f"The sandbox {_how(autopsy)}.", BEGIN_ANEW, autopsy.stderr_tail)


def _how(autopsy: Autopsy) -> str:
    if autopsy.oom_killed:
        return "ran out of memory and was killed"
    if autopsy.lost:
        return f"cannot be reached: {autopsy.lost}"
    if autopsy.exit_code is None:
        return "ended, and nobody can say why"
    return _by_status(autopsy.exit_code)


def _by_status(status: int) -> str:
    number = -status if status < 0 else status - SIGNALS_FROM
    if number > 0:
        try:
            return f"was killed from outside ({signal.Signals(number).name})"
        except ValueError:
            pass
    return f"ended by itself (exit code {status})"
