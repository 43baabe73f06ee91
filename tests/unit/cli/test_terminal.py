"""What a course, a learner or a path says never steers the terminal, whatever the command."""

import contextlib
import io
import os
import pty
import re
import threading
import unicodedata
from argparse import _SubParsersAction
from collections.abc import Callable, Iterator

import pytest

from course.cli.main import MODULES, main, make_parser
from course.cli.parser import Parser
from tests.unit.cli.hostile_course import EVIL, IN_NAME, write_hostile_course

OWN = re.compile(r"\r\x1b\[K")  # our progress bar, and nothing else
SHORT = {"verify": ["--quick"], "check": ["--file", "answer.py"]}
MORE = {
    "read": [["counting", str(step)] for step in (1, 2, 3, 9)],
    "run": [["counting", "--do", "break_it"], ["counting", "--predict", "twice=one"]],
    "check": [["counting/add"], ["counting/add", "--json"], ["counting/add", "--file", "nowhere"]],
    "hint": [["counting/add"]] * 3,
    "replay": [["odd.jsonl"]],
    "grade": [
        ["class", "--exercise", "counting/add", "--trust-submissions", "--format", name]
        for name in ("json", "csv", "junit", "tap", "canvas", "moodle")
    ],
    "list": [["--json"]],
}


def commands(parser: Parser) -> Iterator[list[str]]:
    """Every command as the parser has it, with those below it."""
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for name, below in action.choices.items():
                yield [name]
                yield from ([name, *rest] for rest in commands(below))


COMMANDS = list(commands(make_parser(["--help"])))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A hostile course, and a class of hostile learners."""
    folder = tmp_path_factory.mktemp("hostile")
    write_hostile_course(folder)
    for name in ("anna", f"bert{IN_NAME}"):
        (folder / "class" / name).mkdir(parents=True)
        (folder / "class" / name / "add.py").write_text(f"def add(numbers): return {EVIL[:-1]!a}")
    (folder / "answer.py").write_text(f"print({EVIL[:-1]!a})\nraise ValueError({EVIL[:-1]!a})")
    (folder / "odd.jsonl").write_bytes(EVIL.encode() * 20 + b"\n")
    return folder


Terminal = Callable[[list[str]], str]


@pytest.fixture
def terminal(place, monkeypatch) -> Iterator[Terminal]:
    """Runs a command on a terminal of its own; everything that reached it."""
    monkeypatch.setenv("COURSE_HOME", str(place / f"home{IN_NAME}"))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(place)
    course = next(place.glob("course*"))

    def run(words: list[str]) -> str:
        master, slave = pty.openpty()
        written: list[bytes] = []

        def keep() -> None:
            try:
                while data := os.read(master, 65536):
                    written.append(data)
            except OSError:  # Linux says so when the other end is closed
                return

        reader = threading.Thread(target=keep)
        reader.start()
        with (
            io.TextIOWrapper(os.fdopen(slave, "wb"), "utf-8", "backslashreplace") as screen,
            monkeypatch.context() as patch,
        ):
            patch.setattr("sys.stdout", screen)
            patch.setattr("sys.stderr", screen)
            options = ["--course", str(course), "--sandbox", "embedded", "--trust-course"]
            with contextlib.suppress(SystemExit):  # of --help
                main([*options, *words])
        reader.join(20)
        os.close(master)
        return b"".join(written).decode()

    return run


def steering(text: str) -> set[str]:
    """Everything in it that could steer a terminal, our own progress bar aside."""
    plain = OWN.sub("", text).replace("\r\n", "\n")
    return {
        one
        for one in plain
        if one not in "\n\t" and unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    }


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_steers_a_terminal_reaches_it(terminal, command):
    name = command[0]
    variants = [[], ["--help"], [IN_NAME], ["--nonsense" + IN_NAME]]
    if name not in {"sandbox", "worker", "new"}:  # they would touch what is no test's
        variants += [["counting", *SHORT.get(name, [])], ["counting/add", *SHORT.get(name, [])]]
    variants += MORE.get(name, []) if len(command) == 1 else []
    if command in (["sandbox", "build"], ["sandbox", "clean"]):
        variants = variants[1:]
    if command[:2] in (["sandbox", "save"], ["sandbox", "load"]):
        variants = [[], ["--help"], ["--nonsense" + IN_NAME]]
    if command == ["verify"]:
        variants = variants[1:]  # not all lessons there are
    for words in variants:
        assert not steering(terminal([*command, *words])), words


def test_every_command_is_scanned():
    assert {command[0] for command in COMMANDS} == set(MODULES)


def test_the_texts_of_the_course_do_reach_it(terminal):
    told = terminal(["list"]) + terminal(["read", "counting"]) + terminal(["hint", "counting/add"])
    assert re.search(r"Hint \d of 3: ", told)
    assert told.count(r"\x1b]52;c;ZXZpbA==") > 10
    assert "<U+202E>" in told
