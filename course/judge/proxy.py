"""What tests hold in their hands: the submission and the rig, each a long way off."""

import random
import secrets
from dataclasses import dataclass
from typing import NoReturn, cast

import pytest

from course.judge.channel import Channel
from course.model.json import JSON, Fields

WORDS = {
    "import": "{file} does not load: {message}",
    "missing": "{message}",
    "exception": "{function} raised {message}",
    "timeout": "{function} did not come back: {message}",
    "exit": "{function} ended the program instead of returning: {message}",
    "memory": "{function} used too much memory: {message}",
    "output": "{function} gave back something that cannot be judged: {message}",
    "protocol": "{function} broke the judge's rules: {message}",
}


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
    """Where proxies ask; knows whether the submission has answered in this test.

    Args:
        file: The learner's file, as messages call it.
    """

    channel: Channel  # to the course, which reaches into the sandbox; each run has its own

    def __init__(self, file: str) -> None:
        self.file = file
        self.has_answered = False

    def ask(self, command: str, **arguments: JSON) -> Fields:
        """One question to the sandbox; raises Blamed when there is no answer."""
        self.channel.send("ask", command=command, arguments=arguments)
        kind, fields = self.channel.receive()
        if kind == "answer":
            return cast("Fields", fields["value"])
        blamed = {"learner": LearnerFault, "sandbox": SandboxFault}
        raise blamed.get(str(fields.get("fault")), LessonFault)(str(fields.get("message")))


class Submission:
    """The learner's code: values in, values out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def call(self, function: str, *args: JSON, **kwargs: JSON) -> JSON:
        """What the learner's function returns; a failure of it fails the test."""
        answer = self._ask(function, args, kwargs)
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
        self._desk.ask("restart")

    @property
    def text(self) -> str:
        """The submitted file."""
        return str(self._desk.ask("text")["text"])

    def _ask(
        self, function: str, args: tuple[JSON, ...], kwargs: dict[str, JSON]
    ) -> Fields | Failure:
        nonce = secrets.token_hex(8)
        answer = self._desk.ask(
            "call", function=function, args=list(args), kwargs=kwargs, nonce=nonce
        )
        self._desk.has_answered = True
        if answer.get("nonce") != nonce or len(answer) != 2:  # noqa: PLR2004  nonce and result
            raise SandboxFault("the sandbox answered another question")
        told = answer.get("failure")
        if isinstance(told, dict):
            return _failure(told)
        if "value" not in answer:
            raise SandboxFault("the sandbox answered neither a value nor a failure")
        return answer

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
