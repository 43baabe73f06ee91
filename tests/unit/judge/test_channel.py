"""The wire between course and judge takes strict JSON of its own run, and nothing else."""

import socket
import threading
import time

import pytest

from course.judge.channel import LARGEST, Broken, Channel, Late, Unsendable
from runner.values import LARGEST as LARGEST_VALUE


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    channel = Channel(ours, "n")
    yield channel, theirs
    channel.close()
    theirs.close()


def test_a_message_arrives(ends):
    channel, theirs = ends
    other = Channel(theirs, "n")
    other.send("ask", command="call")
    assert channel.receive(1) == ("ask", {"command": "call"})


@pytest.mark.parametrize(
    "line",
    [
        b'{"nonce": "other", "kind": "x"}',
        b'{"kind": "x"}',
        b'{"nonce": "n"}',
        b'{"nonce": "n", "kind": 1}',
        b'{"nonce": "n", "kind": "x", "value": NaN}',
        b'{"nonce": "n", "kind": "x", "value": 1e999}',
        b'{"nonce": "n", "kind": "x", "kind": "y"}',
        b'{"nonce": "n", "kind": "x", "value": "\\ud800"}',
        b'{"nonce": "n", "kind": "x", "value": ' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"nonce": "n", "kind": "x", "value": ' + b"[" * 100_000,
        b"[]",
        b"\xff",
        b"",
    ],
)
def test_anything_else_breaks_it(ends, line):
    channel, theirs = ends
    theirs.sendall(line + b"\n")
    with pytest.raises(Broken):
        channel.receive(1)


def test_a_line_without_end_breaks_it(ends):
    channel, theirs = ends
    endless = threading.Thread(target=theirs.sendall, args=(b"x" * (LARGEST + (1 << 16)),))
    endless.start()
    with pytest.raises(Broken):
        channel.receive(time.monotonic() + 5)
    endless.join(5)


def test_silence_is_late_and_a_hang_up_is_broken(ends):
    channel, theirs = ends
    with pytest.raises(Late):
        channel.receive(0.05)
    theirs.close()
    with pytest.raises(Broken):
        channel.receive(1)


DEEP = [[]]
for _ in range(70):
    DEEP = [DEEP]


@pytest.mark.parametrize("value", [object(), float("nan"), "x" * LARGEST, {1, 2}, "\ud800", DEEP])
def test_only_json_that_will_be_taken_is_sent(ends, value):
    with pytest.raises(Unsendable):
        ends[0].send("x", value=value)


@pytest.mark.parametrize("value", [[0] * (LARGEST_VALUE // 2 - 1), "é" * (LARGEST_VALUE // 6 - 1)])
def test_the_largest_values_of_a_sandbox_pass_and_two_of_them_may_go_back(ends, value):
    channel, theirs = ends
    sending = threading.Thread(target=channel.send, args=("ask",), kwargs={"args": [value, value]})
    sending.start()
    assert Channel(theirs, "n").receive(time.monotonic() + 5) == ("ask", {"args": [value, value]})
    sending.join(5)
