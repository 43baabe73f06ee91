"""A session survives whatever the other end does, and says what it was."""

import json
import threading

import pytest

from course.errors import LessonError, SandboxLost, ServerMissing, SubmissionRefused, WireBroken
from course.model.event import Note
from course.sandbox.box import Autopsy
from course.sandbox.session import BoxSession
from course.sandbox.wire import LARGEST_ANSWER
from tests.scripted_box import ScriptedBox


@pytest.fixture
def box():
    return ScriptedBox()


@pytest.fixture
def session(box):
    events = []
    opened = BoxSession(box, events.append)
    opened.events = events
    yield opened
    opened.close()


def ask(session, **arguments):
    return session.request("ping", seconds=5, **arguments)


def test_answers_find_their_question_in_any_order(box, session):
    answers = {}

    def put(name):
        answers[name] = session.request(name, seconds=5)

    threads = [threading.Thread(target=put, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    asked = [json.loads(box.heard.get(timeout=5)) for _ in threads]
    for one in reversed(asked):
        box.said.put(json.dumps({"id": one["id"], "value": one["do"]}).encode() + b"\n")
    for thread in threads:
        thread.join(5)
    assert answers == {"a": "a", "b": "b"}


def test_an_event_split_over_chunks_arrives_whole(box, session):
    line = b'{"event":{"seq":1,"t":0.5,"kind":"note","text":"hi","tone":"info","node":""}}\n'
    box.said.put(line[:30])
    box.said.put(line[30:] + b'{"id":1,"value":true}\n')
    assert ask(session) is True
    assert session.events == [Note(seq=1, t=0.5, text="hi")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("lesson", LessonError), ("submission", SubmissionRefused), ("server", ServerMissing),
     ("agent", SandboxLost), ("usage", LessonError), ("news to us", SandboxLost)],
)  # fmt: skip
def test_a_refusal_becomes_the_error_of_its_kind(box, session, kind, expected):
    error = {"kind": kind, "message": "no", "where": "lesson.py:3"}
    box.said.put(json.dumps({"id": 1, "error": error}).encode() + b"\n")
    with pytest.raises(expected, match="no") as caught:
        ask(session)
    assert caught.value.evidence == "lesson.py:3"


@pytest.mark.parametrize(
    "garbage",
    [b"hello\n", b"[1]\n", b'{"event":{"kind":"nonsense"}}\n', b'{"id":1,"value":NaN}\n',
     b"x" * (LARGEST_ANSWER + 1)],
)  # fmt: skip
def test_what_is_not_the_wire_ends_the_conversation(box, session, garbage):
    box.said.put(garbage)
    with pytest.raises(WireBroken):
        ask(session)
    with pytest.raises(WireBroken):
        ask(session)


def test_an_early_end_fails_whoever_waits_with_the_last_words():
    box = ScriptedBox(Autopsy(exit_code=1, stderr_tail="Traceback: no"))
    session = BoxSession(box, print)
    box.said.put(b"")
    with pytest.raises(SandboxLost) as caught:
        ask(session)
    assert caught.value.evidence == "Traceback: no"


def test_running_out_of_memory_is_named():
    box = ScriptedBox(Autopsy(oom_killed=True))
    session = BoxSession(box, print)
    box.said.put(b"")
    with pytest.raises(SandboxLost, match="memory"):
        ask(session)


def test_silence_has_a_bound(session):
    with pytest.raises(SandboxLost, match=r"did not answer 'ping' in 0\.05 s"):
        session.request("ping", seconds=0.05)


def test_an_answer_that_comes_too_late_is_dropped(box, session):
    with pytest.raises(SandboxLost):
        session.request("ping", seconds=0.01)
    box.said.put(b'{"id":1,"value":1}\n{"id":2,"value":2}\n')
    assert ask(session) == 2


def test_another_version_is_refused(box, session):
    box.said.put(b'{"id":1,"value":{"version":99}}\n')
    with pytest.raises(WireBroken, match="another version"):
        session.greet()


def test_closing_closes_the_box(box, session):
    session.close()
    assert box.is_closed
    with pytest.raises(SandboxLost, match="closed"):
        ask(session)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whoever_waits_hears_of_a_reader_that_broke(fault):
    def broken(_event):
        raise TypeError("not to be shown")

    box = ScriptedBox()
    session = BoxSession(box, broken)
    box.said.put(json.dumps({"event": {"seq": 1, "t": 0.1, "kind": "note", "text": "x"}}).encode())
    box.said.put(b"\n")
    with pytest.raises(SandboxLost) as caught:
        ask(session)
    session.close()
    alive = [thread.name for thread in threading.enumerate() if thread is session._reader]
    fault("the course's thread 'wire' fails", lost=[], left=alive, read=caught.value.summary)
