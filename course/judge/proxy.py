"""What tests hold in their hands: the submission and the rig, each a long way off."""

import inspect
import random
import secrets
from dataclasses import dataclass
from typing import NoReturn, cast

import pytest

from course.judge.channel import Channel, Unsendable
from course.model.json import JSON, Fields

WORDS = {
    "import": "{file} does not load: {message}",
    "lacking": "{message}",
    "missing": "{message}",
    "exception": "{function} raised {message}",
    "timeout": "{function} did not come back: {message}",
    "exit": "{function} ended the program instead of returning: {message}",
    "memory": "{function} used too much memory: {message}",
    "output": "{function} gave back something that cannot be judged: {message}",
    "protocol": "{function} broke the judge's rules: {message}",
}


MOST_QUESTIONS = 10_000  # of a harness in one call
ASIDE = {"text"}  # is answered without the sandbox
# What a value of an unexpected shape leads to in code that trusts it.
TRIPPED = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, MemoryError,
    RecursionError, SyntaxError, Unsendable,
)  # fmt: skip


class Blamed(Exception):
    """A test cannot go on, and it is known whose fault that is."""

    fault = "lesson"


class LearnerFault(Blamed):
    """The submission failed; the text says how, in the learner's terms."""

    fault = "learner"


class LessonFault(Blamed):
    """The test or the rig is at fault."""


class SandboxFault(Blamed):
    """There is no sandbox any more."""

    fault = "sandbox"


@dataclass(frozen=True, slots=True)
class Failure:
    """How the learner's function failed."""

    kind: str
    message: str
    line: int | None
    trace: tuple[str, ...] = ()


class Desk:
    """Where proxies ask; knows whether the submission has answered or failed in this test.

    Args:
        file: The learner's file, as messages call it.
    """

    channel: Channel  # to the course, which reaches into the sandbox; each run has its own

    def __init__(self, file: str) -> None:
        self.file = file
        self.has_answered = False
        self.has_failed = False
        self._begin: Fields = {}  # what the sandbox is told with the next question

    def begin(self, *, tests: int, fresh: bool) -> None:
        """The next of so many tests starts (none: 0), in a fresh process if it is to be `fresh`."""
        before = self._begin
        self._begin = {
            "tests": tests or before.get("tests", 0),
            "fresh": fresh or before.get("fresh", False),
        }

    def ask(self, command: str, **arguments: JSON) -> Fields:
        """One question to the sandbox; raises Blamed when there is no answer."""
        if self._begin and command not in ASIDE:
            begin, self._begin = self._begin, {}
            if command == "call":  # in the same question
                arguments["begin"] = begin
            else:
                self._asked("begin", begin)
        return self._asked(command, arguments)

    def next(self) -> str | None:
        """The test that is ours to run, where others run beside us; None when none is left."""
        self.channel.send("next")
        _, fields = self.channel.receive()
        return cast("str | None", fields["value"])

    def _asked(self, command: str, arguments: Fields) -> Fields:
        self.channel.send("ask", command=command, arguments=arguments)
        kind, fields = self.channel.receive()
        if kind == "answer":
            return cast("Fields", fields["value"])
        blamed = {"learner": LearnerFault, "sandbox": SandboxFault}
        raise blamed.get(str(fields.get("fault")), LessonFault)(str(fields.get("message")))


class Submission:
    """The learner's code: values in, values out."""

    spent = 0.0  # processor seconds of the last call, as the agent saw them from outside

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def call(self, function: str, *args: JSON, **kwargs: JSON) -> JSON:
        """What the learner's function returns; a failure of it fails the test."""
        return self.play(None, function, *args, **kwargs)

    def play(self, world: object, function: str, *args: JSON, **kwargs: JSON) -> JSON:
        """The same, while the public methods of `world` answer what the harness asks outside."""
        answer = self._ask(function, args, kwargs, world)
        if isinstance(answer, Failure):
            self._blame(function, answer)
        return answer["value"]

    def failure(self, function: str, *args: JSON, **kwargs: JSON) -> Failure:
        """How the learner's function fails; the test fails when it does not."""
        answer = self._ask(function, args, kwargs)
        if isinstance(answer, Failure):
            if answer.kind not in {"exception", "exit"}:
                self._blame(function, answer)
            return answer
        raise LearnerFault(f"{function} should have failed, and returned {answer['value']!r:.200}")

    def restart(self) -> None:
        """Start over in a fresh process."""
        self._desk.begin(tests=0, fresh=True)

    @property
    def text(self) -> str:
        """The submitted file."""
        return str(self._desk.ask("text")["text"])

    def _ask(
        self,
        function: str,
        args: tuple[JSON, ...],
        kwargs: dict[str, JSON],
        world: object = None,
    ) -> Fields | Failure:
        nonce = secrets.token_hex(8)
        self.spent = 0.0
        said: Fields = {"function": function, "args": list(args), "kwargs": kwargs}
        told = self._turn("call", said, nonce)
        for _ in range(MOST_QUESTIONS):
            if "ask" not in told:
                return self._result(told)
            told = self._turn("reply", answer_question(world, told["ask"]), nonce)
        raise LearnerFault(f"{function}() asked more than {MOST_QUESTIONS} times, and went on")

    def _turn(self, command: str, said: Fields, nonce: str) -> Fields:
        told = self._desk.ask(command, **said, nonce=nonce)
        self._desk.has_answered = True
        if told.get("nonce") != nonce or len(told) != 3:  # noqa: PLR2004  nonce, result, spent
            raise SandboxFault("the sandbox answered another question")
        self.spent += cast("float", told.get("spent", 0.0))
        return told

    def _result(self, told: Fields) -> Fields | Failure:
        failed = told.get("failure")
        if isinstance(failed, dict):
            self._desk.has_failed = True
            return _failure(failed)
        if "value" not in told:
            raise SandboxFault("the sandbox answered neither a value nor a failure")
        return told

    def _blame(self, function: str, failure: Failure) -> NoReturn:
        raise LearnerFault(describe(failure, function, self._desk.file))


class Rig:
    """The system around the submission: services, load and faults."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def fire(self, trigger: str, **params: JSON) -> JSON:
        """Fire a trigger of rig.py; what it returned."""
        value = self._desk.ask("fire", trigger=trigger, params=params)["value"]
        self._desk.has_answered = True
        return value


class Fixtures:
    """The fixtures of docs/authoring.md."""

    seed: int  # of the run

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @pytest.fixture
    def submission(self) -> Submission:
        """The learner's code."""
        return Submission(self._desk)

    @pytest.fixture
    def rig(self) -> Rig:
        """What runs around it."""
        return Rig(self._desk)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> random.Random:
        """Random, and the same again for the same seed and test."""
        return random.Random(f"{self.seed}/{request.node.name}")  # noqa: S311  not a secret


def answer_question(world: object, question: JSON) -> Fields:
    """What the test's object says to a question of the harness, as the fields of a `reply`."""
    asked = cast("Fields", question)
    name, args = str(asked["name"]), cast("list[JSON]", asked["args"])
    method = None if name.startswith("_") else getattr(world, name, None)
    if not callable(method):
        return {"value": None, "refused": f"the test has no {name!r}"}
    try:
        inspect.signature(method).bind(*args)
        return {"value": cast("JSON", method(*args)), "refused": None}
    except ValueError as error:
        return {"value": None, "refused": str(error)}
    except TRIPPED as error:  # over the learner's values: the learner hears of it
        return {"value": None, "refused": f"{type(error).__name__}: {error}"}


def describe(failure: Failure, function: str, file: str) -> str:
    """A failure in the learner's terms."""
    words = WORDS.get(failure.kind, "{function} failed: {message}")
    text = words.format(file=file, function=f"{function}()", message=failure.message)
    if failure.line is not None:
        text += f" (line {failure.line})"
    return "\n  ".join([text, *failure.trace]) if failure.kind == "exception" else text


def _failure(told: Fields) -> Failure:
    line, trace = told.get("line"), told.get("trace")
    return Failure(
        kind=str(told.get("kind")),
        message=str(told.get("message")),
        line=line if isinstance(line, int) else None,
        trace=tuple(str(frame) for frame in trace) if isinstance(trace, list) else (),
    )
