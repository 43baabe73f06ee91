"""What may leave the learner's process."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.values import BadFrame, NotCarried, decode, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("abc"), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
def test_what_is_encoded_is_read_as_it_was(value):
    assert decode(f'{{"value": {encode(value)}}}'.encode()) == {"value": value}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(BadFrame):
        assert isinstance(decode(data), dict)


@pytest.mark.parametrize("value", [object(), {1}, b"", {None: 1}, [float("inf")], {"a": 1j}])
def test_other_values_are_refused_in_words(value):
    with pytest.raises(NotCarried, match="answer"):
        encode(value)


def test_a_deep_frame_is_refused_without_recursion():
    with pytest.raises(BadFrame):
        decode(b'{"value": ' + b"[" * 200_000)


def test_brackets_in_text_are_not_depth():
    assert decode(json.dumps({"value": "[" * 500}).encode()) == {"value": "[" * 500}
