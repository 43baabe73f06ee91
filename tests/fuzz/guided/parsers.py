"""Every parser that takes what others wrote, as one function of bytes.

The sentence: it returns, or it raises the error that this parser has for what it does not take.
"""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from course.content.arguments import split_words, typed
from course.content.catalog import read_lesson
from course.content.statements import statements
from course.errors import CourseError
from course.model.codec import decode
from course.model.lesson import Parameter, Trigger
from course.model.untrusted import clean, clean_line
from course.runs.grading.archives import ENDINGS, Limits, unpacked
from course.runs.grading.roll import read_roll
from course.storage.kept import KeptFile
from course.storage.recordings import read_recording
from tests.fixture_course import FIXTURES

TRIGGER = Trigger(
    "crash", "Crash", "k", "", (Parameter("a", 1), Parameter("b", 1.0), Parameter("c", True))
)
Parse = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser, where a fuzzer begins, and what it may raise."""

    name: str
    parse: Parse
    seeds: tuple[bytes, ...] = (b"",)
    own: tuple[type[Exception], ...] = (CourseError,)

    def holds(self, data: bytes) -> None:
        """The sentence for these bytes: anything else that is raised is a finding."""
        try:
            self.parse(data)
        except self.own:
            return


def parsers(folder: Path) -> list[Parser]:
    """All of them; what reads files does so below this folder."""
    lesson = Path(
        shutil.copytree(FIXTURES / "01-counting", folder / "01-counting", dirs_exist_ok=True)
    )

    def in_lesson(name: str) -> Parse:
        return lambda data: read_lesson(_written(lesson / name, data).parents[name.count("/")])

    def in_file(name: str, parse: Callable[[Path], object]) -> Parse:
        return lambda data: parse(_written(folder / name, data))

    manifest = (lesson / "lesson.toml").read_bytes()
    text = (lesson / "lesson.md").read_bytes()
    return [
        Parser("lesson.toml", in_lesson("lesson.toml"), (manifest, b"x = 0x" + b"f" * 4000)),
        Parser("lesson.md", in_lesson("lesson.md"), (text,)),
        Parser("mutants.toml", in_lesson("exercises/add/mutants.toml"), (MUTANT,)),
        Parser("rules.toml", in_lesson("exercises/add/rules.toml"), (RULE,)),
        Parser("wire events", _event, (EVENT,), (CourseError, ValueError)),
        Parser("recordings", in_file("one.jsonl", read_recording), (EVENT,)),
        Parser("rolls", in_file("roll.csv", read_roll), (b"id,path\nada,a.py\n",)),
        Parser("arguments", lambda data: typed(TRIGGER, split_words(_text(data))), (b"a=1 b=2",)),
        Parser("statements", lambda data: statements(_text(data)), (b"It waits. | a | 1 |",)),
        Parser("shown text", lambda data: (clean(data), clean_line(data)), (b"\x1b[31m\xff",)),
        Parser("the index", in_file("index", lambda path: KeptFile(path, "lessons 1").read())),
        *(
            Parser(f"archive{end}", partial(_archive, end), (_zip() if end == ".zip" else b"",))
            for end in ENDINGS
        ),
    ]


MUTANT = b'[x]\nwhy = "y"\n[[x.change]]\nof = "sum"\nto = "len"\n'
RULE = b'[x]\nsays = "it adds"\ntests = ["test_add"]\nmutants = ["len"]\n'
EVENT = b'{"seq": 1, "t": 0.0, "kind": "node", "node": "a", "state": "up"}'


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _event(data: bytes) -> object:
    given = json.loads(data)
    return decode(given) if isinstance(given, dict) else None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _archive(ending: str, data: bytes) -> object:
    return unpacked(io.BytesIO(data), f"a{ending}", Limits(20, 1 << 16, 1 << 18))


def _zip() -> bytes:
    """A file, and a folder."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("add.py", "def add(): ...")
        archive.writestr("more/", "")
    return made.getvalue()
