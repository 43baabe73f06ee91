"""What a lesson imports: `from lab import Lab, Observed`.

Loaded on first use, so that a worker that only wants `lab.report` starts at once.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.core import Lab
    from lab.registry import Observed

__all__ = ["Lab", "Observed"]


def __getattr__(name: str) -> object:
    if name == "Lab":
        from lab.core import Lab

        return Lab
    if name == "Observed":
        from lab.registry import Observed

        return Observed
    raise AttributeError(name)
