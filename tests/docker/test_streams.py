"""The two streams of a box: complete, apart, and over when the box is."""

import threading

import pytest

from course.errors import ImageMissing, SandboxLost
from course.sandbox.docker import DockerBackend
from course.sandbox.flags import CHECK_SIZE

pytestmark = pytest.mark.docker


def everything(box):
    return b"".join(iter(box.receive, b""))


def test_what_goes_in_comes_back(start):
    box = start()
    for word in (b"one\n", b"two\n"):
        box.send(word)
        assert box.receive() == word


def test_the_first_output_is_not_lost(start):
    assert everything(start("print('early')")) == b"early\n"


def test_eight_megabytes_come_back_whole(start):
    box = start("import sys; sys.stdout.buffer.write(bytes(range(256)) * 32768)")
    assert everything(box) == bytes(range(256)) * 32768


def test_complaints_stay_out_of_the_stream_and_in_the_autopsy(start):
    box = start("import sys; print('wire'); print('oops', file=sys.stderr); sys.exit(3)")
    assert everything(box) == b"wire\n"
    autopsy = box.autopsy()
    assert autopsy.exit_code == 3
    assert not autopsy.oom_killed
    assert autopsy.stderr_tail == "oops\n"


def test_a_flood_of_complaints_is_kept_at_both_ends(start):
    box = start("import sys\nfor n in range(100_000): print('complaint', n, file=sys.stderr)")
    assert everything(box) == b""
    text = box.autopsy().stderr_tail
    assert text.startswith("complaint 0\n")
    assert text.endswith("complaint 99999\n")
    assert len(text) < 70_000


def test_closing_wakes_a_reader(start):
    box = start()
    heard = []
    reader = threading.Thread(target=lambda: heard.append(box.receive()))
    reader.start()
    box.close()
    reader.join(5)
    assert heard == [b""]


def test_closing_twice_from_two_threads_is_closing_once(start, engine):
    box = start()
    threads = [threading.Thread(target=box.close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert box.name not in str(engine.containers("course.run"))


def test_speaking_to_a_closed_box_says_that_it_is_lost(start):
    box = start()
    box.close()
    with pytest.raises(SandboxLost):
        box.send(b"anybody?\n")


def test_a_running_box_has_no_exit_code(start):
    box = start()
    box.send(b"here\n")
    box.receive()
    assert box.autopsy().exit_code is None


def test_an_image_that_is_not_there_is_named_as_missing(engine):
    backend = DockerBackend(engine, f"sha256:{'0' * 64}")
    with pytest.raises(ImageMissing):
        backend.start(CHECK_SIZE, run_id="test", purpose="check")
