"""The agent's side of `submit`, `call`, `restart` and `output`: the learner's code at arm's length.

Nothing the learner's process says is believed beyond the return value of the learner's own
function. Time is counted here, on the agent's clock; what is no strict answer is a failure of
the learner's, and ends the process with everything of its kind.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading

from agent.endings import gone, too_late
from runner.answers import answer, failure, memory_kills
from runner.birth import Born
from runner.budget import Budget, OverTime, Starved
from runner.child import Child, Ended, Late, Stray
from runner.clock import AwakeClock
from runner.learners import PREPARE_SECONDS, FolderFault, Learners, Work
from runner.metering import all_but_us, processor_seconds
from runner.rights import Limits
from runner.values import BadFrame, decode
from runner.zygote import COMMON

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runner.program import Program
    from runner.values import JSON

    Failure = dict[str, JSON]

LARGEST_TOTAL = 4 * 1024 * 1024
PLACES = ["/tmp", "/dev/shm", "/dev/mqueue"]  # noqa: S108  where every uid may write
IMPORT = re.compile(rb"^[ \t]*(?:import|from)[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)*)", re.MULTILINE)


class SubmissionHost:
    """One submission at a time, in a process that can do nothing to us.

    Args:
        folder: The learner's own; in a container only the learner may look into it.
        learner_uid: Whom the process becomes; None leaves it with our rights.
        born: The fork server.
    """

    def __init__(self, folder: str, learner_uid: int | None, born: Born) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._learners = Learners(folder, learner_uid, born)
        self._work = Work()
        self._process: Child | None = None
        self._ended: Failure | None = None  # why the process is gone; until a restart
        self._is_used = True
        self._is_asking = False  # its process waits for the answer to a question
        self.clock = AwakeClock()
        # In a container for a submission alone, whatever else runs is the submission's.
        is_alone = os.environ.get("COURSE_ALONE") == "1"
        self._whole = all_but_us(born.pid) if is_alone else float
        self._budget = Budget(self._work.limits.seconds, self.clock, self._whole)

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        from pathlib import Path

        return Path(self._folder)

    @property
    def files(self) -> Mapping[str, bytes]:
        """What was submitted, by name: in a container we cannot read the learner's folder."""
        return self._work.files

    def submit(
        self, files: Mapping[str, bytes], *, entry: str, seconds: float, memory_mb: int
    ) -> None:
        """Take these files instead of any before; `seconds` is for all calls together."""
        if entry not in files or sum(map(len, files.values())) > LARGEST_TOTAL:
            raise ValueError(f"{entry} is not among the files, or they are too large")
        with self._lock:
            self.restart()
            self._work = Work(entry, dict(files), Limits(seconds, memory_mb))
            self._budget = Budget(seconds, self.clock, self._whole)
            self._learners.output.forget()
            self._learners.load(imported(files))

    def renew(self, around: str, uid: int) -> list[str]:
        """Another learner: a fresh uid, a fresh folder in this one, nothing left of the last."""
        with self._lock:
            self._hang_up()
            # All of them, or the next submission could see what the last one imported.
            self._learners.load(COMMON)
            self._folder, left = self._learners.renew(around, uid, PLACES)
            self._work, self._ended = Work(), None
            self._is_used = False
            self._learners.output.forget()
            return left

    def publish(self, values: Mapping[str, JSON]) -> None:
        """What harness and programs find in LAB_RIG when they start."""
        with self._lock:
            work = self._work
            self._work = Work(work.entry, work.files, work.limits, json.dumps(values))

    def begin(self, *, tests: int, fresh: bool) -> None:
        """The next of so many tests starts (none: 0); `fresh` ends what the one before left."""
        with self._lock:
            if fresh:
                self.restart()
            if tests:
                self._budget.begin_test(tests)

    def call(
        self, function: str, args: list[JSON], kwargs: dict[str, JSON], nonce: str
    ) -> dict[str, JSON]:
        """Run a function of the submission: its value, a question of its, or how it failed."""
        asked: dict[str, object] = {
            "function": function,
            "args": args,
            "kwargs": kwargs,
            "nonce": nonce,
        }
        with self._lock:
            if self._is_asking:  # the test has turned to something else
                self.restart()
            return self._converse("call", asked, nonce)

    def reply(self, value: JSON, refused: str | None, nonce: str) -> dict[str, JSON]:
        """Answer the question that the last call came back with; as `call`."""
        with self._lock:
            if not self._is_asking:
                raise ValueError("nobody has asked")
            return self._converse("reply", {"value": value, "refused": refused}, nonce)

    def restart(self) -> None:
        """Kill every process of the learner; the next call starts over."""
        with self._lock:
            if self._is_used:
                self._kill()
            self._ended, self._is_used = None, False

    def spent(self) -> float:
        """Processor seconds of all that runs of the learner's now."""
        return sum(map(processor_seconds, self._learners.find()))

    def output(self) -> dict[str, JSON]:
        """What the learner's processes printed: head and tail, and how much is missing."""
        text, dropped = self._learners.output.ring.read()
        return {"text": text, "dropped": dropped}

    def popen(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Program:
        """Start a program with the learner's rights, folder and limits; raises OSError."""
        from runner.program import Program

        words = [sys.executable, *argv[1:]] if argv[0] in ("python", "python3") else list(argv)
        with self._lock:
            self._is_used = True
            try:
                child = self._learners.start(self._work, {"PYTHONUNBUFFERED": "1", **(env or {})})
            except FolderFault as error:
                raise OSError(f"{argv[0]} did not start: {error}") from error
            refused = _run(child, words)
        if refused:
            child.discard()
            raise OSError(refused)
        child.close()
        return Program(words, child, self._learners.output.ring)

    def close(self) -> None:
        """Kill everything and the runner itself; idempotent."""
        with self._lock:
            self._hang_up()
            self._learners.close()
            self.clock.close()

    def _converse(self, verb: str, said: dict[str, object], nonce: str) -> dict[str, JSON]:
        """One turn of the submission's, and the processor time that it took."""
        if self._ended is not None:
            return {"nonce": nonce, "failure": self._ended, "spent": 0.0}
        result = self._attempt(verb, said, nonce)
        self._is_asking = "ask" in result
        return {"nonce": nonce, **result, "spent": round(self._budget.cpu, 6)}

    def _attempt(self, verb: str, said: dict[str, object], nonce: str) -> dict[str, JSON]:
        kills = memory_kills()
        try:
            return answer(self._timed(verb, said), nonce)
        except FolderFault as error:
            self._ended = failure("output", f"its files could not be written: {error}")
        except OverTime:
            self._ended = too_late(self._process, self._work.entry, self._budget)
        except Ended:
            self._ended = gone(self._process, self._work.limits, kills)
        except (Stray, BadFrame) as error:
            self._ended = failure("protocol", f"it wrote to the judge's channel: {error}")
        except Starved:
            self._kill()
            raise
        self._kill()
        return {"failure": self._ended}

    def _timed(self, verb: str, said: dict[str, object]) -> bytes:
        """Its line, within its budget; raises OverTime or Starved, and what `converse` raises."""
        child, budget = self._loaded(), self._budget
        budget.begin_call([child.pid])
        line = child.converse(verb, said, lambda: budget.check(self._learners.find()))
        budget.charge([child.pid])
        return line

    def _loaded(self) -> Child:
        if self._process is None:
            self._is_used = True
            self._process = self._learners.start(self._work, {})
            self._learners.output.add(self._process.printed)
        return self._process

    def _kill(self) -> None:
        self._hang_up()
        self._is_asking = False
        self._learners.kill()

    def _hang_up(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def imported(files: Mapping[str, bytes]) -> set[str]:
    """The modules of `COMMON` that these files name in a plain import."""
    found = [
        name.decode(errors="replace").strip()
        for file, content in files.items()
        if file.endswith(".py")
        for names in IMPORT.findall(content)
        for name in names.split(b",")
    ]
    return set(COMMON.intersection(found))


def _run(child: Child, argv: list[str]) -> str:
    """Let the process become the program; why not, where that fails."""
    try:
        told = decode(child.ask("run", {"argv": argv}, PREPARE_SECONDS))
    except Ended:  # the channel closes when the program takes over
        return ""
    except (Late, Stray, BadFrame) as error:
        return f"{argv[0]} did not start: {error}"
    return str(told.get("refused"))
