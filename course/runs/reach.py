"""How the judge reaches into a sandbox: questions of a test in, values out."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from course.errors import CourseError, MachineBusy, SandboxError, SandboxLost, SubmissionRefused
from course.model.json import JSON, Fields
from course.model.lesson import Exercise
from course.runs.event_log import EventLog
from course.runs.labs import as_file
from course.runs.ports import Session

SET_UP_SECONDS = 60.0  # to start what a rig brings
PATIENCE = 25  # times an exercise's seconds: the agent says sooner whose time it was
FIRING = 2  # times an exercise's seconds, on the agent's clock, that its rig may take
LEEWAY_SECONDS = 5.0
STARVED = 0.25  # of the agent's time: so late, or so little of the learner's
CROWDED = 0.5  # of the time that a rig ran, somebody on the machine waited for a processor
AT_ONCE_SECONDS = 15.0  # a refusal that comes sooner was no wait that ran out
ANSWER_SECONDS = 30.0  # for what the agent does by itself
HARNESS, RIG, ENTRY = "harness.py", "rig.py", "lesson.py"
BESIDE = {".py", ".conf", ".yaml", ".yml", ".json", ".sh"}
PARSES = "submission.parses"  # the runner compiles the file and runs nothing


class Reach:
    """One submission in one sandbox; implements `ports.Submission`.

    Args:
        session: Fresh, and ours for this check.
        exercise: What is checked.
        files: The submission, after intake.
        seed: Of the rig's random numbers.
        log: Notes the questions and answers.
    """

    def __init__(
        self,
        session: Session,
        exercise: Exercise,
        files: dict[str, bytes],
        seed: int,
        log: EventLog | None = None,
    ) -> None:
        self._session = session
        self._exercise = exercise
        self._files = files
        self._seed = seed
        self._strangers: set[int] = set()
        self._alive: Fields = {}  # what the agent said of itself last
        self._began: Fields = {}  # and when the rig was there
        self.spent = 0.0  # processor seconds that the submission's functions took
        self._fired = 0.0  # seconds of the agent's that the rig has taken
        self.log = log or EventLog()
        self.unusable = ""  # why the submission cannot even be set up
        self.was_waited_for = False  # before it was found unusable: a busy machine may be why
        self.is_lost = False  # whether a question found no sandbox that could answer

    def start(self) -> None:
        """Hand in the files and start the rig.

        Raises:
            CourseError: Something that is not the submission's fault.
        """
        exercise = self._exercise
        files = [as_file(name, content) for name, content in self._files.items()]
        if exercise.harness is not None:
            files.append(as_file(HARNESS, exercise.harness.read_bytes()))
        self._request(
            "submit",
            ANSWER_SECONDS,
            files=cast("JSON", files),
            entry=exercise.file,
            limit=exercise.seconds,
            memory_mb=exercise.memory_mb,
        )
        started = time.monotonic()
        try:
            self._parse()
            self._open_rig()
        except SubmissionRefused as error:
            self.was_waited_for = time.monotonic() - started > AT_ONCE_SECONDS
            words = f"{error.summary} {error.evidence}".strip()
            self.unusable = words or "It cannot be set up, and nothing says why."

    def ask(self, command: str, arguments: dict[str, JSON]) -> dict[str, JSON]:
        """Answer one question of a test."""
        answers: dict[str, Callable[..., Fields]] = {
            "begin": self._begin,
            "call": self._call,
            "reply": self._reply,
            "fire": self._fire,
            "text": self._text,
        }
        self.log.asked(command, arguments)
        try:
            answer = answers[command](**arguments)
        except CourseError as error:
            self.log.refused(type(error).__name__)
            self.is_lost = self.is_lost or isinstance(error, SandboxError)
            raise
        self.log.answered(answer)
        return answer

    def foreign(self) -> Sequence[int]:
        """Ports of the system where somebody else was found listening; raises SandboxLost."""
        self._ping()
        return sorted(self._strangers)

    @property
    def is_starved(self) -> bool:
        """Whether the machine left the sandbox too little processor to judge what takes real time.

        A submission that starves the sandbox by its own doing has taken the time itself.
        """
        awake, late, spent = map(self._told, ("awake", "late", "spent"))
        is_refused = bool(self.unusable) and not self.was_waited_for
        return not is_refused and late > STARVED * awake and spent < STARVED * awake

    @property
    def is_crowded(self) -> bool:
        """Whether others wanted the processors too while a rig, which needs real time, ran."""
        if not self._began:
            return False
        before = cast("dict[str, float]", self._began)
        passed = self._awake - before.get("awake", 0.0)
        return self._told("crowded") - before.get("crowded", 0.0) > CROWDED * passed

    @property
    def _awake(self) -> float:
        return self._told("awake")

    def _told(self, what: str) -> float:
        return cast("float", self._alive.get(what, 0.0))

    def _begin(self, tests: JSON, fresh: JSON) -> Fields:
        self._request("begin", ANSWER_SECONDS, tests=tests, fresh=fresh)
        return {}

    def _call(self, **said: JSON) -> Fields:
        self._refuse_unusable()
        return self._turn("call", said)

    def _reply(self, value: JSON, refused: JSON, nonce: str) -> Fields:
        return self._turn("reply", {"value": value, "refused": refused, "nonce": nonce})

    def _turn(self, command: str, said: Fields) -> Fields:
        """The submission has the word; the agent knows how long it may."""
        seconds = PATIENCE * self._exercise.seconds + LEEWAY_SECONDS
        answer = cast("Fields", self._request(command, seconds, **said))
        self.spent += cast("float", answer.get("spent", 0.0))
        return answer

    def _fire(self, trigger: str, params: JSON) -> Fields:
        self._refuse_unusable()
        self._ping()  # who listens is asked before the answer as well as after it
        began = self._awake
        left = FIRING * self._exercise.seconds - self._fired
        try:
            value = self._request("fire", 2 * left + LEEWAY_SECONDS, trigger=trigger, params=params)
        except SandboxLost:
            self._ping()  # still there, so it was not the sandbox that took the time
            raise self._whose_time(self._awake - began >= left) from None
        finally:
            self._ping()
        self._fired += self._awake - began
        return {"value": value}

    def _whose_time(self, is_learners: bool) -> CourseError:
        if not is_learners:
            return MachineBusy("The machine gave the sandbox no processor for too long.")
        words = f"It took more than the {self._exercise.seconds:g} s that the check has."
        return SubmissionRefused(words)

    def _text(self) -> Fields:
        return {"text": self._files[self._exercise.file].decode(errors="replace")}

    def _parse(self) -> None:
        """A program is started by its rig, so its syntax is looked at first."""
        if self._exercise.kind != "program" or not self._exercise.file.endswith(".py"):
            return
        said: Fields = {"function": PARSES, "args": [], "kwargs": {}, "nonce": "parse"}
        failure = self._turn("call", said).get("failure")
        if isinstance(failure, dict):
            line = f" (line {failure['line']})" if failure["line"] else ""
            words = f"{self._exercise.file} does not load: {failure['message']}{line}"
            raise SubmissionRefused(words)

    def _open_rig(self) -> None:
        rig = self._exercise.rig
        if rig is None:
            return
        self._request(
            "open",
            SET_UP_SECONDS,
            lesson=self._exercise.slug,
            files=rig_files(rig),
            entry=RIG,
            seed=self._seed,
            services=[],
            sandbox=self._session.kind,
        )
        self._ping()
        self._began = self._alive

    def _refuse_unusable(self) -> None:
        if self.unusable:
            raise SubmissionRefused(self.unusable)

    def _ping(self) -> None:
        answer = cast("Fields", self._request("ping", ANSWER_SECONDS))
        if answer.get("alive") is not True:
            raise SandboxLost("The sandbox does not say that it is alive.")
        self._alive = answer
        self._strangers |= set(cast("list[int]", answer.get("foreign", [])))

    def _request(self, command: str, seconds: float, **arguments: JSON) -> JSON:
        return self._session.request(command, seconds=seconds, **arguments)


def rig_files(rig: Path) -> list[JSON]:
    """The rig, and what stands beside the lesson's `lesson.py`: a rig may import all of it."""
    lesson = rig.parents[2]  # rig.py, its exercise, exercises
    beside = sorted(lesson.iterdir()) if (lesson / ENTRY).is_file() else []
    wanted = [
        path for path in beside
        if path.suffix in BESIDE and path.name not in (ENTRY, RIG) and path.is_file()
    ]  # fmt: skip
    return [cast("JSON", as_file(path.name, path.read_bytes())) for path in (*wanted, rig)]
