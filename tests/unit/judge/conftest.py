"""Exercises written on the spot, and a submission that needs no sandbox."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.judge.judge import PytestJudge
from course.model.lesson import Exercise
from course.model.verdict import Verdict

Act = Callable[..., Any]


class Answers:
    """A submission whose functions are given; keeps what it was asked."""

    def __init__(self, **functions: Act) -> None:
        self._functions = functions
        self.asked: list[str] = []
        self.begun: list[dict[str, Any]] = []

    def ask(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(command)
        if command == "begin":
            self.begun.append(arguments)
        if command == "call":
            self.begun += [arguments.pop("begin")] if "begin" in arguments else []
            return self._call(**arguments)
        if command == "fire":
            return {"value": self._functions[arguments["trigger"]](**arguments["params"])}
        return {"text": "the file"} if command == "text" else {}

    def _call(self, function: str, args: list[Any], kwargs: dict[str, Any], nonce: str):
        try:
            value = self._functions[function](*args, **kwargs)
        except Failing as failing:
            return {"nonce": nonce, "failure": failing.fields, "spent": 0.25}
        return {"nonce": nonce, "value": value, "spent": 0.25}


class Failing(Exception):
    """Raised by a function of `Answers` to fail as the sandbox would report it."""

    def __init__(self, kind: str, message: str, line: int | None = None) -> None:
        self.fields = {"kind": kind, "message": message, "line": line, "trace": []}


@pytest.fixture(scope="session")
def judge(tmp_path_factory) -> Iterator[PytestJudge]:
    judge = PytestJudge(own_seconds=2.0)
    with pytest.MonkeyPatch.context() as patch:  # one of them is killed, and cleans nothing up
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("judge")))
        yield judge
        judge.close()


@pytest.fixture
def exercise(tmp_path: Path) -> Callable[..., Exercise]:
    def write(tests: str, **more: Any) -> Exercise:
        file = tmp_path / "test_it.py"
        file.write_text(f"import pytest\nfrom course.judge.compare import same\n\n{tests}")
        return Exercise(
            lesson="lesson",
            id="it",
            title="It",
            kind=more.pop("kind", "function"),
            file="it.py",
            folder=tmp_path,
            task="",
            tests=(file,),
            solution=tmp_path / "solution.py",
            mutants=(),
            harness=None,
            rig=None,
            **more,
        )

    return write


@pytest.fixture
def run(judge: PytestJudge, exercise) -> Callable[..., Verdict]:
    def run(tests: str, submission: Answers | None = None, seed: int = 1, **more: Any) -> Verdict:
        return judge.run(exercise(tests, **more), submission or Answers(), seed=seed)

    return run
