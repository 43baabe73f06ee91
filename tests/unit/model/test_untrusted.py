"""Cleaned text steers no terminal, whatever it was before."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.model.untrusted import LINE_LIMIT, LINES_LIMIT, MARKS_LIMIT, clean, clean_line

ANY_TEXT = st.text(st.characters(), max_size=200) | st.text("\x1b[]0;a\x07\r\n\u202e\u0301\ud800")


@given(ANY_TEXT)
def test_no_control_character_survives(text):
    kept = [character for character in clean(text) if character not in "\n\t"]
    assert not [c for c in kept if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(st.binary(max_size=300))
def test_any_bytes_become_text_that_can_be_written(raw):
    assert clean(raw).encode("utf-8") is not None


@given(st.text("e\u0301\u0300 ", max_size=60))
def test_accents_do_not_pile_up(text):
    longest = current = 0
    for character in clean(text):
        current = current + 1 if unicodedata.combining(character) else 0
        longest = max(longest, current)
    assert longest <= MARKS_LIMIT


@given(st.text("ab c.!?äß漢字é\n\t[]/@=", max_size=200))
def test_ordinary_text_is_left_as_it_is(text):
    assert clean(text) == text


@given(ANY_TEXT)
def test_a_line_stays_a_line(text):
    assert len(clean_line(text).splitlines()) <= 1


@given(ANY_TEXT, st.integers(0, 50))
def test_the_limit_holds(text, limit):
    assert len(clean(text, limit)) <= limit


def test_lines_are_cut_in_length_and_number():
    lines = clean(("x" * 3000 + "\n") * 60_0).split("\n")
    assert max(map(len, lines)) == LINE_LIMIT
    assert len(clean("\n" * 9000).split("\n")) == LINES_LIMIT


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", r"\x1b]52;c;ZXZpbA==\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200bb", "a<U+200B>b"),
        ("\ud800", "<U+D800>"),
        ("\U000e0041", "<U+E0041>"),
        ("one\r\ntwo\rthree", "one\ntwo\\x0dthree"),
        (b"\xff\x1b", r"\xff\x1b"),
        ("[/][@click=app.quit]x[/]", "[/][@click=app.quit]x[/]"),
    ],
)
def test_what_steers_a_terminal_becomes_visible(text, shown):
    assert clean(text) == shown
