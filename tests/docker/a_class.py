"""A class's submissions, some of them poison, and a way to grade them as a user would."""

import os
import subprocess
import sys
from pathlib import Path

from tests.fixture_course import FIXTURES

ROOT = Path(__file__).parents[2]
EXERCISE = "counting/add"
RIGHT = (FIXTURES / "01-counting/exercises/add/solution.py").read_text(encoding="utf-8")
WRONG = (FIXTURES / "01-counting/exercises/add/mutant_len.py").read_text(encoding="utf-8")
MEDDLER = """
import os, signal, time
from pathlib import Path

def add(*_):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for _ in range(600):
                for place in Path("/tmp").glob("*/add.py"):
                    try:
                        place.write_text("def add(*_): return 0")
                    except OSError:
                        pass
                try:
                    os.kill(-1, signal.SIGKILL)
                except OSError:
                    pass
                time.sleep(0.1)
        os._exit(0)
    Path("/tmp/left").write_text("by me")
    return "\\x1b]0;owned\\x07" * 1000
"""
POISON = {
    "forks": "import os\nwhile True:\n    os.fork()\n",
    "memory": "held = []\nwhile True:\n    held.append(bytearray(1 << 24))\n",
    "leaves": "import os\nos._exit(0)\n",
    "meddles": MEDDLER,
}


def write_class(folder: Path, honest: int, poison: int) -> None:
    """One file per learner, poison in between."""
    folder.mkdir(parents=True)
    for number in range(honest):
        text = WRONG if number % 4 == 3 else RIGHT
        place = folder / f"honest-{number:03}" / "add.py"
        place.parent.mkdir()
        place.write_text(f"# {number}\n{text}", encoding="utf-8")
    for number in range(poison):
        name, text = list(POISON.items())[number % len(POISON)]
        after = number * honest // max(1, poison)
        place = folder / f"honest-{after:03}-{name}-{number}.py"
        place.write_text(text, encoding="utf-8")


def grading(home: Path, folder: Path, *options: str, **environment: str) -> "subprocess.Popen[str]":
    """`course grade` on its way."""
    words = ["grade", str(folder), "--exercise", EXERCISE, "--seed", "5", "--format", "jsonl"]
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "course",
            "--course",
            str(FIXTURES),
            "--trust-course",
            *words,
            *options,
        ],
        cwd=ROOT,
        env={**os.environ, "COURSE_HOME": str(home), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def graded(home: Path, folder: Path, *options: str) -> dict[str, str]:
    """Grade to the end; each learner's line of the report, byte for byte."""
    process = grading(home, folder, *options)
    report, told = process.communicate(timeout=170)
    assert process.returncode == 0, told
    lines = report.splitlines()
    found = {line.partition('"learner": "')[2].partition('"')[0]: line for line in lines}
    assert len(found) == len(lines)
    return found
