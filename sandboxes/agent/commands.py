"""What the agent does for each command of the wire.

Lessons and servers are imported when they are first needed: a submission alone needs neither, and
most sandboxes that are ever started hold one submission.
"""

from __future__ import annotations

import os
import sys
import threading

from agent.files import BadFiles, decoded
from agent.learner import in_words, learner
from agent.wire import VERSION, Out
from runner.metering import crowded_seconds

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agent.lesson import Lesson
    from runner.birth import Born

FIRST_UID = 20_000  # of learners that follow each other in one container
LEARNERS = "/learners"  # where each of them gets a folder


class Refused(Exception):
    """A command that is off; the text says how."""


class Commands:
    """The agent's state and one method per command; methods run on threads of their own."""

    def __init__(self, out: Out, born: Born) -> None:
        self._out = out
        self._born = born
        self._lesson: Lesson | None = None
        self._isolation = os.environ.get("COURSE_ISOLATION", "none")
        self._lock = threading.Lock()
        self._host: Any = None
        self._learner = FIRST_UID
        self._table: dict[str, Callable[..., Any]] = {
            name: getattr(self, f"do_{name}")
            for name in (
                "hello", "open", "fire", "observe", "submit", "begin", "call", "reply",
                "restart", "output", "renew", "ping", "play", "close",
            )
        }  # fmt: skip

    def run(self, number: int, do: str, arguments: dict[str, Any]) -> None:
        """Carry out one command and answer it."""
        try:
            value = self._command(do, arguments)()
        except (Refused, BadFiles) as error:
            self._out.error(number, "usage", str(error))
        except Exception as error:  # noqa: BLE001  whatever it is, the caller must get an answer
            _failed(self._out, number, do, error)
        else:
            self._out.value(number, value)

    def _command(self, do: str, arguments: dict[str, Any]) -> Callable[[], Any]:
        method = self._table.get(do)
        if method is None:
            raise Refused(f"there is no command {do!r}; there are: {', '.join(self._table)}")
        code = method.__func__.__code__  # type: ignore[attr-defined]  # a bound method
        known = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        strange = [key for key in arguments if key not in known]
        optional = method.__func__.__kwdefaults__ or {}  # type: ignore[attr-defined]
        missing = [key for key in known if key not in arguments and key not in optional]
        if strange or missing:
            raise Refused(f"{do} takes {', '.join(known) or 'nothing'}; got {', '.join(arguments)}")
        return lambda: method(**arguments)

    def do_hello(self, *, version: int) -> dict[str, Any]:
        """Say what is in here."""
        if version != VERSION:
            raise Refused(f"this agent speaks version {VERSION} of the wire, not {version}")
        from lab import programs

        components = [_component(name) for name in programs.FINDERS]
        return {
            "version": VERSION,
            "isolation": self._isolation,
            "learner": in_words(self._isolation),
            "components": [one for one in components if one],
        }

    def do_open(  # noqa: PLR0913  what the wire carries
        self,
        *,
        lesson: str,
        files: list[dict[str, Any]],
        entry: str,
        seed: int,
        services: list[str],
        sandbox: str,
    ) -> dict[str, Any]:
        """Load a lesson or rig and start its lab."""
        from agent.lesson import Lesson

        self.do_close()
        loaded = Lesson(decoded(files), entry)
        with self._lock:
            self._lesson = loaded
        components = [_component(name) for name in services]
        started = {
            "lesson": lesson,
            "sandbox": sandbox,
            "components": [one for one in components if one],
        }
        opened = loaded.open(
            self._out.event,
            isolation=self._isolation,
            seed=seed,
            started=started,
            learner=self._host,  # a rig is opened after `submit`
        )
        self._publish(loaded)
        return opened

    def do_fire(self, *, trigger: str, params: dict[str, Any]) -> Any:
        """Fire a trigger."""
        lesson = self._opened()
        try:
            return lesson.fire(trigger, params)
        finally:
            self._publish(lesson)

    def do_observe(self, *, experiment: str) -> Any:
        """Run an experiment."""
        return self._opened().observe(experiment)

    def do_submit(
        self, *, files: list[dict[str, Any]], entry: str, limit: float, memory_mb: int
    ) -> None:
        """Take a submission; the next call loads it in a fresh process."""
        self._submissions().submit(decoded(files), entry=entry, seconds=limit, memory_mb=memory_mb)

    def do_call(
        self,
        *,
        function: str,
        args: list[Any],
        kwargs: dict[str, Any],
        nonce: str,
        begin: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Call a function of the submission; what `begin` says comes first."""
        self._begin(begin)
        answer: dict[str, Any] = self._submissions().call(function, args, kwargs, nonce)
        return answer

    def do_reply(self, *, value: Any, refused: str | None, nonce: str) -> dict[str, Any]:
        """Answer what the submission has asked; as `call`."""
        answer: dict[str, Any] = self._submissions().reply(value, refused, nonce)
        return answer

    def do_begin(self, *, tests: int, fresh: bool) -> None:
        """The next of so many tests starts."""
        self._submissions().begin(tests=tests, fresh=fresh)

    def do_restart(self) -> None:
        """End everything of the learner's; the next call starts afresh."""
        self._submissions().restart()

    def do_output(self) -> dict[str, Any]:
        """What the submission printed."""
        printed: dict[str, Any] = self._submissions().output()
        return printed

    def do_renew(self) -> dict[str, Any]:
        """Make the next submission a stranger to the last: another uid, nothing of the old one."""
        if self._isolation != "uid":
            raise Refused("only an agent that can switch uids can renew the learner")
        host = self._submissions()
        with self._lock:
            self._learner += 1
            uid = self._learner
        return {"uid": uid, "left": host.renew(LEARNERS, uid)}

    def do_ping(self) -> dict[str, Any]:
        """Still here, the services are still ours, and whose time it was."""
        answer = {"alive": True, "foreign": self._lesson.foreign if self._lesson else []}
        if self._host is None:
            if self._lesson is not None:
                answer["tasks"] = tasks()
            return {**answer, "awake": 0.0, "late": 0.0, "spent": 0.0, "crowded": 0.0}
        clock = self._host.clock
        spent = self._host.spent() + (self._lesson.spent if self._lesson else 0.0)
        times = {"awake": clock.now(), "late": clock.late, "crowded": crowded_seconds()}
        return {**answer, **times, "spent": spent}

    def do_play(self, *, files: list[dict[str, Any]], entry: str, limit: float) -> dict[str, Any]:
        """Run a lesson alone, as `python lesson.py` does."""
        from agent.alone import play

        return play(decoded(files), entry, limit, self._isolation)

    def do_close(self) -> None:
        """Close the lab; the agent stays."""
        with self._lock:
            lesson, self._lesson = self._lesson, None
        if lesson is not None:
            lesson.close("closed")

    def note(self, words: str) -> None:
        """Something went wrong that no command has asked for."""
        sys.stderr.write(f"{words}\n")
        if self._lesson is not None:
            self._lesson.note(words)

    def ends_with_us(self) -> bool:
        """Whether the container takes everything away as soon as we are gone."""
        return self._isolation == "uid" and os.getppid() == 1 and self._lesson is None

    def shut_down(self) -> None:
        """End everything the agent started."""
        if self._host is not None:
            self._host.close()
        self._born.end()
        self.do_close()

    def _begin(self, wanted: dict[str, Any] | None) -> None:
        if wanted is not None:
            self.do_begin(**wanted)

    def _publish(self, lesson: Lesson) -> None:
        """Let the submission's next process see what a rig published."""
        if self._host is not None:
            self._host.publish(lesson.published)

    def _opened(self) -> Lesson:
        if self._lesson is None:
            raise Refused("no lab is open")
        return self._lesson

    def _submissions(self) -> Any:
        with self._lock:
            if self._host is None:
                from agent.submission import SubmissionHost

                self._host = SubmissionHost(*learner(self._isolation), self._born)
            return self._host


def tasks() -> int:
    """How many run in here, all threads counted."""
    from lab import family

    return family.tasks(os.getpid())


def _failed(out: Out, number: int, do: str, error: Exception) -> None:
    from agent.lesson import LessonFault
    from runner.budget import Starved

    if isinstance(error, Starved):
        out.error(number, "busy", "The machine gave the submission no processor for too long.")
        return
    if isinstance(error, LessonFault):
        out.error(number, error.kind, str(error), error.where)
        return
    sys.stderr.write(f"{do}: {type(error).__name__}: {error}\n")
    out.error(number, "agent", f"{type(error).__name__}: {error}")


def _component(name: str) -> dict[str, Any] | None:
    """What is known about a server program, None where it is missing."""
    from lab import programs
    from lab.errors import LabError

    try:
        program = programs.FINDERS[name]()
    except LabError:
        return None
    return {"name": program.name, "version": program.version, "stand_in": program.stand_in}
