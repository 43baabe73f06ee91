"""The engine's stream comes apart the same way however it was cut on the way."""

from hypothesis import given
from hypothesis import strategies as st

from course.sandbox.docker import Frames
from course.sandbox.tail import Tail

FRAMES = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=8)


def encode(frames):
    return b"".join(
        bytes([stream, 0, 0, 0]) + len(payload).to_bytes(4, "big") + payload
        for stream, payload in frames
    )


@given(FRAMES, st.integers(min_value=1, max_value=50))
def test_frames_come_out_as_they_went_in(frames, cut):
    data, apart = encode(frames), Frames()
    pieces = (data[start : start + cut] for start in range(0, len(data), cut))
    assert [frame for piece in pieces for frame in apart.feed(piece)] == frames


@given(st.binary(max_size=200), st.integers(min_value=1, max_value=60))
def test_a_tail_keeps_both_ends(data, cut):
    tail = Tail(limit=40)
    for start in range(0, len(data), cut):
        tail.feed(data[start : start + cut])
    text = tail.text()
    if len(data) <= 40:
        assert text == data.decode("utf-8", "backslashreplace")
    else:
        assert f"{len(data) - 40} bytes left out" in text
