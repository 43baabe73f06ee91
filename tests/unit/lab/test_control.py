"""A lab steers its processes over a socket of its own, never over a port."""

import stat
import sys
from pathlib import Path

import pytest

from lab.errors import LabError

OBEDIENT = """
import threading
from lab.control import serve_control

counts = {"zeroed": 0}

def handle(fields):
    if fields.get("zero"):
        counts["zeroed"] += 1
    if fields.get("fail"):
        raise ValueError("no such mood")
    return counts

serve_control(handle)
print("here", flush=True)
threading.Event().wait(60)
"""


def start(stage, text):
    argv = [sys.executable, "-c", text]
    process = stage.lab.process("one", argv, role="worker", tier=1)
    stage.lab.until(lambda: "here" in process.output, 10, "its start")
    return process


def test_a_process_answers_what_the_lab_tells_it(stage):
    process = start(stage, OBEDIENT)
    assert process.tell(zero=True) == {"zeroed": 1}
    assert process.tell(zero=True) == {"zeroed": 2}


def test_what_the_process_refuses_is_told_with_its_words_and_it_goes_on(stage):
    process = start(stage, OBEDIENT)
    with pytest.raises(LabError, match="no such mood"):
        process.tell(fail=True)
    assert process.tell() == {"zeroed": 0}


def test_a_process_without_a_control_is_said_to_be_silent(stage):
    process = start(stage, "import time; print('here', flush=True); time.sleep(60)")
    with pytest.raises(LabError, match="one did not answer its control"):
        process.tell(zero=True)


def test_a_restarted_process_is_told_anew(stage):
    process = start(stage, OBEDIENT)
    process.tell(zero=True)
    process.restart()
    stage.lab.until(lambda: process.output.count("here") == 2, 10, "its second start")
    assert process.tell(zero=True) == {"zeroed": 1}


def test_nobody_else_may_enter_the_folder_of_a_control_socket(stage):
    process = start(stage, OBEDIENT)
    mode = stat.S_IMODE(Path(process.control).parent.stat().st_mode)
    assert not mode & stat.S_IRWXO
