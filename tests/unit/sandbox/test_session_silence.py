"""A session whose agent says nothing more gives up in time, and only as far as it must."""

import json
import threading

import pytest

from course.errors import SandboxLost
from course.sandbox.box import Autopsy
from course.sandbox.endings import ended
from course.sandbox.pulse import Pulse
from course.sandbox.session import BoxSession
from tests.scripted_box import ScriptedBox


class StuckBox(ScriptedBox):
    """Its pipe is full and nobody reads it."""

    def __init__(self):
        super().__init__()
        self.has_ended = threading.Event()

    def send(self, data):
        self.has_ended.wait(30)
        raise SandboxLost("The sandbox ended while it was being spoken to.")

    def close(self, *, patient=True):
        super().close(patient=patient)
        self.has_ended.set()


def test_a_check_that_hears_nothing_more_is_over_for_everybody_who_asks():
    box = ScriptedBox()
    session = BoxSession(box, print, patience=1.0)
    for command in ("call", "output"):
        with pytest.raises(SandboxLost, match="no sign of life"):
            session.request(command, seconds=60)
    assert box.is_closed
    assert not box.was_patient


def test_a_lab_that_hears_nothing_for_a_while_may_come_back():
    box = ScriptedBox()
    session = BoxSession(box, print, patience=2.0, is_lab=True)
    with pytest.raises(SandboxLost, match="no sign of life"):
        session.request("fire", seconds=60)
    assert session.silent >= 1
    assert session.end is None
    asked = [json.loads(line) for line in box.sent()]
    assert [one["do"] for one in asked] == ["fire", "ping"]  # one ping, however long the silence
    box.said.put(json.dumps({"id": asked[1]["id"], "value": {}}).encode() + b"\n")
    box.wait_until(lambda: session.silent < 1)
    session.close()


def test_what_cannot_even_be_sent_holds_nobody_up():
    session = BoxSession(StuckBox(), print, patience=1.0, is_lab=True)
    with pytest.raises(SandboxLost, match="no sign of life"):
        session.request("open", seconds=60)


def test_a_session_that_nobody_asks_anything_is_left_alone():
    box = ScriptedBox()
    session = BoxSession(box, print, patience=0.2)
    threading.Event().wait(1.2)  # longer than patience: what must not happen has no condition
    assert session.end is None
    assert not box.sent()
    session.close()


def test_an_hour_of_sleep_is_one_tick_of_silence(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    pulse = Pulse()
    clock[0] += 3600
    assert pulse.tick() <= 1


@pytest.mark.parametrize(
    ("autopsy", "words"),
    [
        (Autopsy(exit_code=-9), "killed from outside (SIGKILL)"),
        (Autopsy(exit_code=137), "killed from outside (SIGKILL)"),
        (Autopsy(exit_code=143), "killed from outside (SIGTERM)"),
        (Autopsy(exit_code=137, oom_killed=True), "ran out of memory"),
        (Autopsy(exit_code=0), "ended by itself (exit code 0)"),
        (Autopsy(exit_code=1), "ended by itself (exit code 1)"),
        (Autopsy(exit_code=255), "ended by itself (exit code 255)"),
        (Autopsy(lost="its engine does not answer"), "its engine does not answer"),
        (Autopsy(), "nobody can say why"),
    ],
    ids=str,
)
def test_an_end_says_what_it_was(autopsy, words):
    assert words in ended(autopsy).summary
