"""Whatever stands on the value channel is an answer that can go on, or the learner's failure."""

import json
import time

import pytest

from agent.wire import LARGEST_ANSWER
from course.judge.channel import DEEPEST as JUDGES_DEEPEST
from course.judge.channel import depth
from runner.answers import answer
from runner.ring import Ring
from runner.values import DEEPEST, LARGEST, BadFrame, NotCarried, compact, encode

HEAD = b'{"nonce":"n","value":'
SECONDS = 2.0  # of a processor; a second look at every byte for every byte takes minutes


def filled(head: bytes, unit: bytes, tail: bytes) -> bytes:
    """As many units as the longest line of a learner's process has room for."""
    return head + unit * ((LARGEST - len(head) - len(tail)) // len(unit)) + tail


GROWING = {
    "floats": filled(HEAD + b"[1", b",1e9", b"]}"),
    "floats that gain a sign": filled(HEAD + b"[1", b",1e16", b"]}"),
    "letters": filled(HEAD + b'"', "é".encode(), b'"}'),
    "signs of four bytes": filled(HEAD + b'"', "🎉".encode(), b'"}'),
    "letters of a key": filled(HEAD + b'{"', "字".encode(), b'":1}}'),
    "delete characters": filled(HEAD + b'"', b"\x7f", b'"}'),
}
SLOW = {
    **GROWING,
    "quotes that are escaped": b"[" * 100 + b'\\"' * 118_000,
    "quotes": filled(b"", b'"', b""),
    "backslashes": filled(HEAD + b'"', b"\\\\", b'"}'),
    "brackets that open": filled(HEAD, b"[", b""),
    "brackets that close": filled(HEAD, b"]", b""),
    "brackets in text": filled(HEAD + b'"', b"[", b'"}'),
    "empty lists": filled(HEAD + b"[[]", b",[]", b"]}"),
    "keys that collide": filled(HEAD + b'{"":1', b',"":1', b"}}"),
    "whole numbers": filled(HEAD + b"[1", b"," + b"9" * 4300, b"]}"),
    "one whole number": filled(HEAD, b"9", b"}"),
    "digits after the point": filled(HEAD + b"0.", b"1", b"}"),
    "digits before an exponent": filled(HEAD + b"1", b"0", b"e-247000}"),
    "the smallest numbers": filled(HEAD + b"[1", b",5e-324", b"]}"),
    "white space": filled(HEAD, b" ", b"1}"),
}


@pytest.mark.parametrize("line", GROWING.values(), ids=GROWING)
def test_a_value_is_measured_as_it_will_be_written(line):
    if len(compact(json.loads(line)["value"])) <= LARGEST:
        assert answer(line, "n") == {"value": json.loads(line)["value"]}
    else:
        failed = answer(line, "n")["failure"]
        assert (failed["kind"], failed["line"]) == ("output", None)
        assert "bytes long" in failed["message"]


@pytest.mark.parametrize("line", SLOW.values(), ids=SLOW)
def test_every_line_is_read_in_a_moment(line):
    started = time.process_time()
    try:
        told = answer(line, "n")
    except BadFrame:
        told = {}
    assert time.process_time() - started < SECONDS
    assert len(compact({"id": 2**31, "value": {"nonce": "n" * 16, **told}})) <= LARGEST_ANSWER


@pytest.mark.parametrize("levels", [DEEPEST, DEEPEST + 1])
def test_a_value_that_is_read_is_as_deep_as_one_that_is_sent(levels):
    text = "[" * levels + "]" * levels
    told = answer(HEAD + text.encode() + b"}", "n")
    if levels > DEEPEST:
        assert told["failure"]["kind"] == "output"
        with pytest.raises(NotCarried, match="deep"):
            encode(json.loads(text))
    else:
        assert encode(json.loads(text)) == text
        question = {"arguments": {"args": [[told["value"]]]}}
        assert depth(question) <= JUDGES_DEEPEST  # a test may hand it back


def test_a_forged_failure_is_cut_to_the_size_of_an_honest_one():
    forged = {"kind": "exception", "message": "é" * 90_000, "line": 10**4000, "trace": ["x"] * 9999}
    told = answer(json.dumps({"nonce": "n", "failure": forged}, ensure_ascii=False).encode(), "n")
    failed = told["failure"]
    assert (failed["kind"], failed["line"], len(failed["message"])) == ("exception", None, 2000)
    assert len(failed["trace"]) == 8


@pytest.mark.parametrize("unit", [b"\x01", b"\xff", b'"', "é".encode(), "🎉".encode(), b"a"])
def test_what_was_printed_fits_on_the_wire_whatever_it_is(unit):
    ring = Ring()
    ring.add(b"first" + unit * 90_000 + b"last")
    text, dropped = ring.read()
    assert text.startswith("first")
    assert text.endswith("last")
    assert f"{dropped} bytes left out" in text
    assert len(compact({"id": 2**31, "value": {"text": text, "dropped": dropped}})) < LARGEST_ANSWER
