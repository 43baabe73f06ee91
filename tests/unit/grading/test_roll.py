"""A roster is the instructor's, and read to a limit all the same."""

import os

import pytest

from course.errors import UsageError
from course.runs.grading.roll import read_roll


@pytest.mark.parametrize(
    "content",
    [
        b"id,path\n1,\x00.py\n",
        b"id,path\n1,caf\xe9.py\n",
        "id,path\n1,a.py\n".encode("utf-16"),
        b"id,path\n1," + b"x" * 200_000 + b"\n",
        b"id,path" + b",c" * 1_000_000 + b"\n1,a.py\n",
        b"id,path\n" + b"1,a\n" * 50_001,
        b"id,path\n" + bytes(9 << 20),
        b'id,path\n1,"' + b"a\n" * 100_000,
        b"",
    ],
    ids=["nul", "latin", "utf-16", "wide", "columns", "rows", "large", "quote", "nothing"],
)
def test_an_odd_roster_is_one_sentence(tmp_path, content):
    file = tmp_path / "roll.csv"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="csv"):
        read_roll(file)


def test_a_pipe_for_a_roster_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "roll.csv")
    with pytest.raises(UsageError, match="no file"):
        read_roll(tmp_path / "roll.csv")


def test_short_and_long_rows_are_read_as_far_as_they_go(tmp_path):
    file = tmp_path / "roll.csv"
    file.write_text("id,path,,section\n1,a.py\n\n2,b.py,x,7,8,9\n")
    rows = read_roll(file)
    assert [(one.id, one.column("section"), path.name) for one, path, _ in rows] == [
        ("1", "", "a.py"),
        ("2", "7", "b.py"),
    ]
