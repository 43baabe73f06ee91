"""A process is named so that no later process can be taken for it."""

import os
import subprocess
import sys

from course.model.owner import is_alive, start_of, this_process
from course.sandbox.labels import box_labels


def test_this_process_is_alive():
    owner = this_process()
    assert owner.pid == os.getpid()
    assert is_alive(owner.pid, owner.start)


def test_a_process_that_took_over_the_number_is_another():
    assert not is_alive(os.getpid(), "long ago")


def test_a_process_that_ended_is_dead():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        start = start_of(child.pid)
    assert start
    assert not is_alive(child.pid, start)


def test_a_process_id_that_cannot_be_is_dead():
    assert not is_alive(2**40, "ever")


def test_labels_are_text_and_the_deadline_lies_ahead():
    labels = box_labels(this_process(), run_id="r", purpose="lab", seconds=60)
    assert all(isinstance(value, str) and value for value in labels.values())
    later = box_labels(this_process(), run_id="r", purpose="lab", seconds=3600)
    assert int(later["course.deadline"]) > int(labels["course.deadline"])
