import sqlite3

import pytest

from course.errors import StorageError
from course.model.progress import Prediction
from course.model.verdict import TestResult, Verdict
from course.storage.database import Database
from course.storage.progress import SCHEMA, Attempt, LessonProgress, ProgressStore

TESTS = (TestResult("test_a", "It adds.", "failed", "got 0", "Start from zero.", 0.1, 2),)
VERDICT = Verdict("counting/add", "failed", "1 of 2 tests failed.", TESTS, "", "embedded", 7, 1.5)


@pytest.fixture
def store(tmp_path) -> ProgressStore:
    return ProgressStore(tmp_path / "progress.db", clock=lambda: "2026-01-02T03:04:05+00:00")


def test_a_new_store_knows_nothing(store):
    assert store.lessons() == {}
    assert store.exercises() == {}
    assert store.prediction("counting/twice") is None
    assert store.last_attempt("counting/add") is None
    assert store.hints_seen("counting/add") == ()
    assert store.notices == ()


def test_the_last_theme_is_remembered(store):
    assert store.theme() is None
    store.choose_theme("course-light")
    store.choose_theme("nord")
    assert store.theme() == "nord"


def test_a_file_from_before_themes_were_remembered_gets_a_place_for_them(tmp_path):
    file = tmp_path / "progress.db"
    Database(file, SCHEMA[:1])
    store = ProgressStore(file)
    store.choose_theme("nord")
    assert store.theme() == "nord"


def test_the_step_is_remembered_and_the_last_one_moved_is_the_latest(store):
    store.move("counting", 1, is_last=False)
    store.move("doubling", 0, is_last=False)
    store.move("counting", 2, is_last=False)
    lessons = store.lessons()
    assert lessons["counting"] == LessonProgress(step=2, is_finished=False, turn=3)
    assert lessons["doubling"].turn == 2


def test_a_finished_text_stays_finished_when_it_is_read_again(store):
    store.move("counting", 2, is_last=True)
    store.move("counting", 0, is_last=False)
    assert store.lessons()["counting"] == LessonProgress(step=0, is_finished=True, turn=2)


def test_a_prediction_is_remembered_before_and_after_it_ran(store):
    store.predict("counting/twice", "one")
    assert store.prediction("counting/twice") == Prediction("counting/twice", "one")
    assert store.settle("counting/twice", "two").is_right is False
    assert store.prediction("counting/twice") == Prediction("counting/twice", "one", "two")


def test_every_prediction_is_kept(store):
    for choice in ("one", "two"):
        store.predict("counting/twice", choice)
        store.settle("counting/twice", "two")
    assert [one.is_right for one in store.predictions()] == [False, True]


def test_what_was_settled_stands_when_the_experiment_runs_again(store):
    store.predict("counting/twice", "one")
    store.settle("counting/twice", "two")
    store.settle("counting/twice", "one")
    assert store.predictions() == (Prediction("counting/twice", "one", "two"),)


def test_an_attempt_comes_back_whole(store):
    store.add_attempt(VERDICT, "abc")
    assert store.last_attempt("counting/add") == Attempt(
        "counting/add", "failed", VERDICT.why, TESTS, 1.5, "embedded", 7, "abc",
        "2026-01-02T03:04:05+00:00",
    )  # fmt: skip


def test_an_exercise_that_passed_once_has_passed(store):
    store.open("counting/add")
    for outcome in ("failed", "passed", "failed"):
        store.add_attempt(Verdict("counting/add", outcome, ""), "")
    store.see_hint("counting/add", "h1")
    store.see_hint("counting/add", "h1")
    progress = store.exercises()["counting/add"]
    assert (progress.attempts, progress.has_passed, progress.hints_seen) == (3, True, 1)


def test_hints_are_remembered_in_the_order_they_were_seen(store):
    for hint in ("b", "a", "b"):
        store.see_hint("counting/add", hint)
    assert store.hints_seen("counting/add") == ("b", "a")


def test_it_is_all_there_the_next_day(store, tmp_path):
    store.add_attempt(VERDICT, "")
    store.close()
    again = ProgressStore(tmp_path / "progress.db")
    assert again.last_attempt("counting/add") is not None
    assert again.notices == ()


def test_tests_stored_by_another_version_do_not_hide_the_attempt(store, tmp_path):
    store.add_attempt(VERDICT, "")
    connection = sqlite3.connect(tmp_path / "progress.db")
    connection.execute("""UPDATE attempts SET tests = '[{"unknown": 1}]'""")
    connection.commit()
    connection.close()
    attempt = store.last_attempt("counting/add")
    assert attempt is not None
    assert (attempt.outcome, attempt.tests) == ("failed", ())


def test_threads_may_share_a_store(store):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.move(f"lesson-{n % 3}", n, is_last=False), range(24)))
    assert sorted(one.turn for one in store.lessons().values())[-1] == 24


def test_a_transaction_that_fails_leaves_nothing_behind(store):
    with pytest.raises(StorageError):
        store.add_attempt(Verdict("counting/add", "failed", None), "")  # type: ignore[arg-type]
    assert store.exercises() == {}


def test_a_check_that_nobody_could_judge_counts_for_nothing(store):
    store.add_attempt(VERDICT, "abc")
    store.add_attempt(Verdict("counting/add", "error", "The sandbox was lost."), "abc")
    assert store.exercises()["counting/add"].attempts == 1
    attempt = store.last_attempt("counting/add")
    assert attempt is not None
    assert attempt.outcome == "failed"
