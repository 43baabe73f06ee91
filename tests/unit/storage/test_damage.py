import multiprocessing
import os
import sqlite3

import pytest

from course.errors import StorageError
from course.storage.database import Database
from course.storage.progress import SCHEMA, ProgressStore


@pytest.fixture
def path(tmp_path):
    """A progress file with one lesson in it, and its good copy."""
    path = tmp_path / "two words 🐙" / "progress.db"
    store = ProgressStore(path)
    for step in range(20):
        store.move(f"lesson-{step}", step, is_last=False)
    store.close()
    return path


def _lessons(path) -> tuple[int, tuple[str, ...]]:
    store = ProgressStore(path)
    return len(store.lessons()), store.notices


def _spoil(path, at: int, junk: bytes = b"\xa5" * 600) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(junk)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not a database, whatever it was before" * 40),
        lambda path: os.truncate(path, path.stat().st_size // 2),
        lambda path: os.truncate(path, 17),
        lambda path: _spoil(path, 0),
        lambda path: _spoil(path, 4096),
    ],
    ids=["empty", "text", "half", "header cut", "header spoilt", "page spoilt"],
)
def test_a_damaged_file_is_moved_aside_and_the_good_copy_put_back(path, damage):
    damage(path)
    count, notices = _lessons(path)
    assert count == 20
    assert len(notices) == 1
    assert "The last good copy is back" in notices[0]
    assert path.with_name("progress.1.db").exists()
    assert _lessons(path) == (20, ())


def test_without_a_good_copy_progress_starts_afresh_and_says_so(path):
    path.with_name("progress.db.good").unlink()
    path.write_bytes(b"junk" * 500)
    count, notices = _lessons(path)
    assert count == 0
    assert "starts afresh" in notices[0]


def test_a_damaged_copy_does_not_come_back(path):
    path.with_name("progress.db.good").write_bytes(b"junk" * 500)
    path.write_bytes(b"junk" * 500)
    assert "starts afresh" in _lessons(path)[1][0]


def test_damage_that_follows_damage_keeps_every_old_file(path):
    for number in (1, 2):
        path.write_bytes(b"junk" * 500)
        assert _lessons(path)[0] == 20
        assert path.with_name(f"progress.{number}.db").exists()


def test_somebody_elses_database_is_moved_aside_untouched(path):
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE precious (x)")
    connection.commit()
    connection.close()
    assert "kept as" in _lessons(path)[1][0]
    kept = sqlite3.connect(path.with_name("progress.1.db"))
    assert kept.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]
    kept.close()


def test_a_folder_in_its_place_is_moved_aside(tmp_path):
    (tmp_path / "progress.db").mkdir()
    assert "starts afresh" in _lessons(tmp_path / "progress.db")[1][0]


def test_a_newer_file_is_shown_and_never_written(path):
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(SCHEMA) + 1}")
    connection.close()
    before = path.read_bytes()
    store = ProgressStore(path)
    assert "newer version" in store.notices[0]
    assert len(store.lessons()) == 20
    with pytest.raises(StorageError, match="cannot be saved"):
        store.move("counting", 1, is_last=False)
    store.close()
    assert path.read_bytes() == before


def test_a_newer_file_of_another_shape_is_a_sentence(path):
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE lessons")
    connection.execute(f"PRAGMA user_version = {len(SCHEMA) + 1}")
    connection.close()
    with pytest.raises(StorageError) as raised:
        ProgressStore(path).lessons()
    assert "Update the course" in raised.value.hint


def test_a_read_only_file_is_shown_and_not_saved(path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    store = ProgressStore(path)
    assert "not saved" in store.notices[0]
    assert len(store.lessons()) == 20


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission_is_shown_and_not_saved(path):
    path.parent.chmod(0o500)
    try:
        assert "not saved" in ProgressStore(path).notices[0]
    finally:
        path.parent.chmod(0o700)


def test_a_file_that_another_program_holds_is_a_sentence(path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StorageError) as raised:
            Database(path, SCHEMA, wait_seconds=0.05)
        assert "Another program holds" in raised.value.summary
    finally:
        holder.close()


def test_processes_that_find_the_damage_at_once_mend_it_once(path):
    path.write_bytes(b"junk" * 500)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(3) as pool:
        counts = [count for count, _notices in pool.map(_lessons, [path] * 3)]
    assert counts == [20] * 3
    assert [one.name for one in path.parent.glob("progress.[0-9].db")] == ["progress.1.db"]
