"""Whatever happens to the progress file while the course is open: nothing is lost, all is said."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from course.model.verdict import Verdict
from course.storage.database import Database
from course.storage.lasting import RETRY_SECONDS, Lasting
from course.storage.progress import SCHEMA, ProgressStore

VERDICT = Verdict("counting/add", "passed", "All passed.")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    """A progress file that a session before this one has left."""
    path = tmp_path / "home" / "progress.db"
    store = ProgressStore(path)
    store.move("before", 3, is_last=False)
    store.close()
    return path


@pytest.fixture
def store(path, clock):
    """Open, with one thing done already."""
    store = ProgressStore(path)
    store._lasting = Lasting(Database(path, SCHEMA, wait_seconds=0.05), clock)
    store.move("early", 1, is_last=False)
    return store


def spoil(path, at, junk=b"\xa5" * 900):
    with path.open("r+b") as file:
        file.seek(at)
        file.write(junk)


def hold(path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    return holder.close


def drop(path):
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE lessons")
    connection.close()


def in_the_way(path):
    path.unlink()
    path.mkdir()
    return path.rmdir


def folder_gone(path):
    away = path.parent.with_name("away")
    path.parent.rename(away)
    return lambda: away.rename(path.parent)


def folder_is_a_file(path):
    away = path.parent.with_name("away")
    path.parent.rename(away)
    path.parent.write_text("")
    return lambda: [path.parent.unlink(), away.rename(path.parent)]


HARM = {
    "is overwritten with text": lambda path: path.write_bytes(b"junk" * 500),
    "is emptied": lambda path: path.write_bytes(b""),
    "is cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "loses its header": lambda path: spoil(path, 0),
    "has a spoilt page": lambda path: spoil(path, 4096, b"\xa5" * 4096),
    "loses a table": drop,
    "is removed": lambda path: path.unlink(),
    "is locked by another program": hold,
    "becomes a folder": in_the_way,
    "loses its folder for a while": folder_gone,
    "has a file in the place of its folder for a while": folder_is_a_file,
}


@pytest.mark.parametrize("what", HARM)
def test_progress_outlives_whatever_happens_to_its_file(path, store, clock, fault, what):
    relief = HARM[what](path)
    store.move("late", 2, is_last=True)
    store.add_attempt(VERDICT, "abc")
    seen = set(store.lessons())
    told = store.notices
    if callable(relief):
        relief()
    clock.now += RETRY_SECONDS + 1
    store.predict("counting/one", "yes")
    store.close()
    again = ProgressStore(path)
    kept = set(again.lessons())
    fault(
        f"the progress file {what} while the course is open",
        lost=[*({"before", "early", "late"} - seen), *({"before", "early", "late"} - kept)],
        left=[one.name for one in path.parent.iterdir() if one.suffix.lstrip(".").isdigit()],
        read=" ".join(told),
    )
    assert again.exercises()["counting/add"].attempts == 1
    assert again.prediction("counting/one")
    assert "saved again" in " ".join(store.notices)


def test_what_cannot_be_saved_to_the_end_is_said(path, store, fault):
    relief = hold(path)
    store.move("late", 2, is_last=True)
    store.close()
    told = store.notices[-1]
    relief()
    fault("the progress file stays locked to the end", lost=[], left=[], read=told)
    assert told.startswith("1 change of your progress could not be saved")


def test_what_is_done_to_a_locked_file_joins_what_the_other_program_did(path, store, clock):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store.move("late", 2, is_last=False)
    holder.execute("INSERT INTO lessons VALUES ('theirs', 1, 0, 'now', 99)")
    holder.execute("COMMIT")
    holder.close()
    clock.now += RETRY_SECONDS + 1
    assert {"theirs", "late", "early", "before"} <= set(store.lessons())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_full_disk_costs_nothing_that_was_done(tmp_path, fault):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("tmpfs cannot be mounted here")
    try:
        clock = Clock()
        store = ProgressStore(disk / "progress.db")
        store._lasting = Lasting(Database(disk / "progress.db", SCHEMA), clock)
        filler = fill(disk)
        for number in range(40):
            store.add_attempt(Verdict(f"counting/{number}", "failed", "x" * 4000), "abc")
        seen, told = store.exercises(), store.notices
        filler.unlink()
        clock.now += RETRY_SECONDS + 1
        missing = set(seen) - set(store.exercises())
        store.close()
        after = ProgressStore(disk / "progress.db").exercises()
        fault(
            "the disk with the progress file is full, and then no longer",
            lost=[*(f"counting/{n}" for n in range(40) if f"counting/{n}" not in after), *missing],
            left=[one.name for one in disk.iterdir() if "journal" in one.name],
            read=told[0] if told else "",
        )
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room but a little."""
    file = disk / "filler"
    free = shutil.disk_usage(disk).free
    file.write_bytes(b"x" * max(free - 8192, 0))
    return file
