"""The book of a batch survives a crash, and does not survive a pen."""

import json

import pytest

from course.errors import StorageError, UsageError
from course.runs.grading.ledger import FILE, Ledger
from tests.unit.grading.conftest import FakeHand

HEADER = {"seed": 5, "isolation": "container"}


@pytest.fixture
def book(tmp_path):
    """Open the batch's book; closed at the end."""
    opened = []

    def open_book(resume=False, **header):
        for ledger in opened:
            ledger.close()
        opened.append(Ledger(tmp_path / "work", {**HEADER, **header}, {"id": "x"}, resume=resume))
        return opened[-1]

    yield open_book
    for ledger in opened:
        ledger.close()


@pytest.fixture
def three(book, task):
    """A book with three grades."""
    ledger = book()
    for name in ("a", "b", "c"):
        ledger.add(name, FakeHand().grade(task(name)))
    return ledger


def test_grades_are_there_again(book, three):
    assert list(book(resume=True).grades) == ["a", "b", "c"]
    assert book(resume=True).grades == three.grades
    assert book(resume=True).header == {**HEADER, "id": "x"}


def test_without_resume_the_old_book_is_kept_beside_the_new_one(book, three, tmp_path):
    assert book().grades == {}
    assert (tmp_path / "work" / "grades.1.jsonl").read_text().count("\n") == 4


@pytest.mark.parametrize("cut", [1, 5, 200])
def test_a_torn_last_line_is_dropped(book, three, tmp_path, cut):
    path = tmp_path / "work" / FILE
    whole = path.read_bytes()
    three.close()
    path.write_bytes(whole[:-cut])
    ledger = book(resume=True)
    assert list(ledger.grades) == ["a", "b"]
    ledger.add("c", three.grades["c"])
    assert list(book(resume=True).grades) == ["a", "b", "c"]
    assert path.read_bytes() == whole


def test_a_book_that_was_cut_in_its_first_line_starts_over(book, three, tmp_path):
    path = tmp_path / "work" / FILE
    three.close()
    path.write_bytes(path.read_bytes()[:10])
    assert book(resume=True).grades == {}


@pytest.mark.parametrize("line", [0, 1, 2, 3])
def test_a_line_taken_out_is_noticed(book, three, tmp_path, line):
    path = tmp_path / "work" / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    three.close()
    path.write_bytes(b"".join(lines[:line] + lines[line + 1 :]))
    if line == 3:  # the last one: as if it had never been written
        assert list(book(resume=True).grades) == ["a", "b"]
        return
    with pytest.raises(StorageError, match="changed"):
        book(resume=True)


def test_any_changed_byte_is_noticed(book, three, tmp_path):
    path = tmp_path / "work" / FILE
    whole = path.read_bytes()
    three.close()
    for place in range(0, len(whole), 37):
        if whole[place : place + 1] == b"\n":
            continue
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        path.write_bytes(changed)
        with pytest.raises((StorageError, UsageError)):
            book(resume=True)


def test_the_same_work_is_not_written_twice(book, three, task):
    again = FakeHand().grade(task("a"))
    assert not three.add("a", again)
    changed = FakeHand().grade(task("a", "other + text"))
    assert three.add("a", changed)
    assert book(resume=True).grades["a"].grade == changed.grade


def test_a_batch_is_resumed_on_its_own_terms(book, three):
    with pytest.raises(UsageError, match="isolation"):
        book(resume=True, isolation="fast")
    assert book(resume=True, seed=None).header["seed"] == 5


def test_two_batches_do_not_write_one_book(three, tmp_path):
    with pytest.raises(UsageError, match="Another"):
        Ledger(tmp_path / "work", HEADER, resume=True)


def test_a_line_is_plain_json(three, tmp_path):
    lines = (tmp_path / "work" / FILE).read_text().splitlines()
    assert set(json.loads(lines[1])) == {"previous", "task", "grade", "run", "digest"}
