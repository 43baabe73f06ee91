"""An engine, the image, and a way to ask a program inside a box for what it sees."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.sandbox.build import build_image
from course.sandbox.docker import DockerBackend, DockerBox
from course.sandbox.engine import Engine, connect
from course.sandbox.flags import CHECK_SIZE, LAB_SIZE
from course.sandbox.image import Image, find_image

PROBES = Path(__file__).with_name("probes.py").read_text(encoding="utf-8")
ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"

Ask = Callable[..., Any]
Start = Callable[..., DockerBox]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine of this machine."""
    with contextlib.closing(connect()) as found:
        yield found


@pytest.fixture(scope="session")
def image(engine: Engine) -> Image:
    """The image of this checkout."""
    return find_image(engine) or build_image(engine)


@pytest.fixture
def start(engine: Engine, image: Image) -> Iterator[Start]:
    """Start a box that runs a Python program; all of them end with the test."""
    with contextlib.ExitStack() as boxes:

        def start_box(program: str = ECHO, *, purpose: str = "check", run_id: str = "test"):
            size = LAB_SIZE if purpose == "lab" else CHECK_SIZE
            backend = DockerBackend(engine, image.id, ("python3", "-I", "-c", program))
            box = backend.start(size, run_id=run_id, purpose=purpose)
            boxes.callback(box.close)
            return box

        yield start_box


@pytest.fixture
def probes() -> str:
    """The text of probes.py."""
    return PROBES


@pytest.fixture
def ask(start: Start) -> Ask:
    """Evaluate an expression of probes.py inside a box, by default as the learner."""

    def ask_box(expression: str, *, purpose: str = "check", uid: int = 10002):
        program = f"{PROBES}\nbecome({uid})\nprint(json.dumps({expression}))"
        box = start(program, purpose=purpose)
        answer = b"".join(iter(box.receive, b""))
        assert answer, box.autopsy()
        return json.loads(answer)

    return ask_box
