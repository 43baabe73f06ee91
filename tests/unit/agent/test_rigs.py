"""What a rig brings back of a learner's system is the learner's, whatever it is."""

import base64
from collections.abc import Callable, Iterator

import pytest

from course.errors import LessonError, SubmissionRefused
from course.model.json import JSON
from course.runs.ports import Session
from course.sandbox.choice import Chooser
from tests.security.attack import honest_exercise

RIG = """
import json
from lab import Lab
from lab.errors import SubmissionFault

lab = Lab()

@lab.trigger
def read():
    return json.loads(lab.submitted("answer.json"))

@lab.trigger
def shout():
    return lab.submitted("answer.json")

@lab.trigger
def tell():
    lab.note(lab.submitted("answer.json") * 20)
    return "told"

@lab.trigger
def die():
    raise SubmissionFault("")

@lab.trigger
def stumble():
    return {}["a fault of the rig's own"]
"""


def as_file(name: str, content: bytes) -> JSON:
    return {"name": name, "base64": base64.b64encode(content).decode()}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Chooser("embedded").open_for_check(honest_exercise())
    yield session
    session.close()


@pytest.fixture
def fire(session: Session) -> Callable[[str, bytes], JSON]:
    def fire(trigger: str, content: bytes) -> JSON:
        files = [as_file("answer.json", content)]
        session.request(
            "submit", seconds=10, files=files, entry="answer.json", limit=5, memory_mb=64
        )
        session.request(
            "open", seconds=20, lesson="it", files=[as_file("rig.py", RIG.encode())],
            entry="rig.py", seed=1, services=[], sandbox="embedded",
        )  # fmt: skip
        return session.request("fire", seconds=10, trigger=trigger, params={})

    return fire


@pytest.mark.parametrize(
    "content",
    [b"NaN", b"1e999", b"[" * 63 + b"]" * 63, b'"' + b"x" * 250_000 + b'"', b'"\\ud800"',
     b'"' + "é".encode() * 60_000 + b'"', b"[1" + b",1" * 130_000 + b"]"],
    ids=["no number", "infinite", "deep", "long", "half a character", "grows", "many"],
)  # fmt: skip
def test_a_value_that_no_test_can_get_is_the_submissions(fire, content):
    with pytest.raises(SubmissionRefused, match="cannot be judged"):
        fire("read", content)
    assert fire("read", b"[1]") == [1]


def test_bytes_that_are_no_text_come_back_as_marks(fire):
    assert fire("shout", b"a\xff\x00b") == "a\ufffd\x00b"


def test_an_event_that_is_too_long_is_left_out(fire):
    assert fire("tell", b"x" * 60_000) == "told"


def test_a_fault_of_the_submissions_has_words_even_when_nothing_said_any(fire):
    with pytest.raises(SubmissionRefused, match="nothing says why"):
        fire("die", b"")


def test_a_fault_of_the_rig_stays_the_lessons(fire):
    with pytest.raises(LessonError, match="KeyError"):
        fire("stumble", b"")
