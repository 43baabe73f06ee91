"""A receipt vouches for one grade, and for nothing once a byte of it was changed."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.errors import CourseError, UsageError
from course.model.grade import Learner
from course.runs.grading.receipt import (
    Vouched,
    find_key,
    make_receipt,
    read_receipt,
    receipt_name,
)
from course.runs.grading.replay import find_work, replay
from tests.unit.grading.conftest import EVENTS, TERMS, FakeChecker, FakeHand
from tests.unit.report.hostile_grades import hostile

KEY = bytes(range(32))


@pytest.fixture
def receipt(task, tmp_path):
    """A receipt in a file, and the task."""
    work = task()
    file = tmp_path / "receipt.json"
    graded = FakeHand().grade(work)
    file.write_bytes(make_receipt(Vouched(graded.grade, graded.events, work.entry.root), KEY))
    return file, work


def test_a_receipt_says_the_grade(receipt):
    file, work = receipt
    vouched = read_receipt(file, KEY)
    grade = vouched.grade
    assert vouched.root == work.entry.root
    assert vouched.events == EVENTS
    assert grade.learner == Learner("jdoe")
    assert grade.score == 4.0
    assert all((grade.submission, grade.tests_digest, grade.image, grade.tool, grade.seed))


def test_any_flipped_byte_makes_it_worthless(receipt):
    file, _ = receipt
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CourseError):
            read_receipt(file, KEY)


@given(place=st.integers(0, 1 << 16), flip=st.integers(1, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_so_does_any_other_byte_in_any_place(receipt, place, flip):
    file, _ = receipt
    sealed = file.read_bytes()
    changed = bytearray(sealed)
    changed[place % len(sealed)] ^= flip
    other = file.with_name("changed.json")
    other.write_bytes(changed)
    with pytest.raises(CourseError):
        read_receipt(other, KEY)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_receipt_is_refused(tmp_path, content):
    file = tmp_path / "receipt.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="receipt"):
        read_receipt(file, KEY)


def test_another_computers_key_is_told_apart(receipt):
    file, _ = receipt
    with pytest.raises(UsageError, match="another key"):
        read_receipt(file, bytes(32))


def test_the_key_is_made_once_and_kept_to_ourselves(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_GRADING_KEY", raising=False)
    key = find_key(tmp_path)
    assert key == find_key(tmp_path)
    assert (tmp_path / "grading.key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("COURSE_GRADING_KEY", KEY.hex())
    assert find_key(tmp_path) == KEY
    monkeypatch.setenv("COURSE_GRADING_KEY", "short")
    with pytest.raises(CourseError):
        find_key(tmp_path)


def test_its_file_name_is_nobody_elses(tmp_path):
    names = [receipt_name(hostile(text).grade) for text in ("../../x", "..", "a/b", "a_b", "\x00")]
    assert len(set(names)) == 5
    assert all((tmp_path / name).parent == tmp_path for name in names)


def test_a_replay_comes_to_the_same_result(receipt, one):
    file, _ = receipt
    vouched = read_receipt(file, KEY)
    grade, root = vouched.grade, vouched.root
    checker = FakeChecker()
    work = find_work(grade, one.exercises[0], [one], root)
    again = replay(vouched, work, TERMS, lambda terms: FakeHand(checker, terms))
    assert again.is_same
    assert again.is_word_for_word
    assert again.is_same_log
    assert checker.seeds == [grade.seed]
    assert checker.is_closed


def test_a_replay_that_differs_says_how(receipt, one, monkeypatch):
    file, _ = receipt
    vouched = read_receipt(file, KEY)
    grade, root = vouched.grade, vouched.root
    work = find_work(grade, one.exercises[0], [one], root)
    monkeypatch.setattr(type(work), "files", lambda _: {"add.py": b"minus"})
    again = replay(vouched, work, TERMS, lambda terms: FakeHand(terms=terms))
    assert not again.is_same
    assert again.changes == [
        "outcome: passed, now failed",
        "score: 4.0, now 0.0",
        "test_two: passed, now failed",
    ]


def test_a_submission_that_changed_is_not_replayed(receipt, one):
    file, work = receipt
    vouched = read_receipt(file, KEY)
    grade, root = vouched.grade, vouched.root
    Path(work.entry.place, "add.py").write_text("other + thing")
    with pytest.raises(UsageError, match="others, or gone"):
        find_work(grade, one.exercises[0], [one], root)
