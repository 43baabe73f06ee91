"""How a submission's process came to its end, in the learner's terms."""

from __future__ import annotations

import os
import re

from runner.answers import failure, how_it_ended, memory_kills

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from runner.budget import Budget
    from runner.child import Child
    from runner.rights import Limits
    from runner.values import JSON

    Failure = dict[str, JSON]

NOTICE_SECONDS = 1.0  # from the end of a process until we are told
KILLED, OUT_OF_CPU = -9, -24


def too_late(process: Child | None, entry: str, budget: Budget) -> Failure:
    """It has used its time: where it stands, and whether it was loaded at all."""
    where = process.where() if process is not None else ""
    file = re.escape(os.path.basename(entry))
    found = re.findall(rf'File "[^"\n]*/{file}", line (\d{{1,7}}) (in <module>)?', where)
    line = int(found[0][0]) if found else None
    if any(frame for _, frame in found):
        return failure("import", f"it was not loaded in the {budget.words()}", line)
    return failure("timeout", f"it did not return in the {budget.words()}", line)


def gone(process: Child | None, limits: Limits, kills: int) -> Failure:
    """It is gone: what ended it.

    Args:
        process: Its process.
        limits: That it had.
        kills: How many the kernel had killed for want of memory before.
    """
    if process is None or not process.ended.wait(NOTICE_SECONDS):
        return failure("exit", "it closed the judge's channel")
    if process.status == KILLED and memory_kills() > kills:
        return failure("memory", f"it needed more than its {limits.memory_mb} MB")
    if process.status == OUT_OF_CPU:
        return failure("timeout", f"it used up {limits.seconds:g} s of processor time")
    return failure("exit", f"its process ended: {how_it_ended(process.status)}")
