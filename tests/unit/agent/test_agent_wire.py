"""The two ends of the wire agree, and both are strict."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import wire as inner
from course.errors import WireBroken
from course.model.event import KINDS
from course.sandbox import wire as outer
from lab.spawn import SANDBOXES

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=20,
)


def test_both_ends_speak_the_same_version_and_bounds():
    assert inner.VERSION == outer.VERSION
    assert inner.LARGEST_COMMAND == outer.LARGEST_COMMAND
    assert inner.LARGEST_ANSWER == outer.LARGEST_ANSWER


@given(st.dictionaries(st.text(), values))
def test_what_one_end_frames_the_other_parses(fields):
    assert inner.parse(outer.frame(fields).rstrip(b"\n")) == fields


@pytest.mark.parametrize(
    "line",
    [b"", b"1", b"[]", b'{"a":NaN}', b'{"a":1,"a":2}', b'{"a":Infinity}', b'{"a"', b"\xff{}",
     b"[" * 100_000],
)  # fmt: skip
def test_both_ends_refuse_what_is_not_the_wire(line):
    with pytest.raises(inner.WireError):
        inner.parse(line)
    with pytest.raises(WireBroken):
        outer.parse(line)


def test_a_command_nested_too_deep_is_refused():
    with pytest.raises(inner.WireError):
        inner.parse(b'{"a":' + b"[" * 70 + b"]" * 70 + b"}")


@given(
    st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b" ")), max_size=8), st.data()
)
def test_lines_come_out_whole_however_the_chunks_fall(lines, data):
    stream = b"".join(line + b"\n" for line in lines)
    reader, out = outer.Lines(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        out += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert out == [line for line in lines if line]


def test_a_line_without_end_is_refused():
    reader = outer.Lines()
    reader.feed(b"x" * outer.LARGEST_ANSWER)
    with pytest.raises(WireBroken):
        reader.feed(b"x")


def test_the_wire_page_documents_every_kind_of_event():
    page = (SANDBOXES / "README.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert set(KINDS) <= documented


@pytest.mark.parametrize("text", ["x" * inner.LARGEST_ANSWER, object(), float("nan")])
def test_an_event_that_cannot_be_sent_is_told_as_left_out_and_its_number_is_not_missing(text):
    stream = io.BytesIO()
    inner.Out(stream).event({"seq": 7, "t": 1.5, "kind": "note", "text": text})
    sent = outer.parse(stream.getvalue().rstrip())
    assert sent == {"event": {"seq": 7, "t": 1.5, "kind": "dropped", "count": 1}}
