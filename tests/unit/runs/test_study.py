import os
from dataclasses import replace

import pytest

from course.content.catalog import Catalog
from course.errors import LessonError, UsageError
from course.model.progress import Place, Prediction, Standing
from course.runs.ports import Study
from course.runs.study import Desk
from course.storage.progress import ProgressStore
from course.storage.workspace import Workspace
from tests.fixture_course import FIXTURES


def test_the_desk_is_a_study(desk):
    study: Study = desk  # mypy holds them together
    assert study.next() == Place("counting", 0)


# -- where I am


def test_everything_is_new_at_first(desk):
    assert [(card.lesson.id, card.state) for card in desk.cards()] == [
        ("counting", "new"), ("doubling", "new"),
    ]  # fmt: skip


def test_reading_a_step_starts_the_lesson_and_it_resumes_there(desk):
    desk.move("counting", 1)
    assert (desk.card("01").state, desk.card("01").step) == ("started", 1)
    assert desk.next() == Place("counting", 1)


def test_after_the_text_comes_the_exercise(desk):
    desk.move("counting", 2)
    assert desk.next() == Place("counting", 2, "add")


def test_a_lesson_is_done_when_read_and_passed_and_the_next_one_is_next(desk, checker):
    checker.failing = ()
    desk.move("counting", 2)
    desk.check(desk.exercise("01/add"))
    assert desk.card("counting").state == "done"
    assert desk.next() == Place("doubling", 0)


def test_when_everything_is_done_nothing_is_next(desk, checker):
    checker.failing = ()
    for name, last in (("counting", 2), ("doubling", 0)):
        desk.move(name, last)
        desk.check(desk.exercise(name))
    assert desk.next() is None


def test_the_lesson_that_was_read_last_is_next(desk):
    desk.move("doubling", 0)
    desk.move("counting", 0)
    assert desk.next() == Place("counting", 0)
    desk.move("doubling", 0)
    place = desk.next()
    assert place is not None
    assert place.lesson == "doubling"


def test_a_step_that_is_gone_from_the_lesson_is_the_last_one(desk):
    desk.move("counting", 99)
    assert desk.card("counting").step == 2


# -- labs


def test_a_lab_is_opened_with_its_seed_and_closed_with_the_desk(desk, sandboxes):
    lab = desk.open_lab("01", seed=7)
    assert lab.state().seed == 7
    desk.close()
    assert sandboxes.sessions[0].is_closed


def test_a_recorder_hears_every_event(desk):
    heard = []
    lab = desk.open_lab("01", heard=[heard.append])
    lab.fire("bump")
    assert [event.kind for event in heard] == ["lab_started", "trigger_done"]


def test_a_desk_that_records_keeps_every_lab_under_its_lesson(home, sandboxes, checker):
    kept = {}
    desk = Desk(
        Catalog(FIXTURES),
        ProgressStore(home / "progress.db"),
        Workspace(home / "workspace"),
        sandboxes=lambda: sandboxes,
        checker=lambda: checker,
        record=lambda name: kept.setdefault(name, []).append,
    )
    desk.open_lab("01").fire("bump")
    desk.close()
    assert [event.kind for event in kept["01-counting"]][:2] == ["lab_started", "trigger_done"]


def test_an_error_of_the_lesson_reaches_whoever_fired(desk):
    with pytest.raises(LessonError):
        desk.open_lab("01").fire("break_it")


def test_the_sandbox_is_asked_for_once_and_only_when_needed(home):
    asked = []

    def give():
        asked.append(1)
        raise AssertionError("asked for a sandbox")

    desk = Desk(
        Catalog(home), ProgressStore(home / "p.db"), Workspace(home), sandboxes=give, checker=give
    )
    with pytest.raises(UsageError):
        desk.card("x")
    desk.close()
    assert asked == []


def test_the_code_behind_a_name_is_given_with_its_place(desk):
    file, text, line = desk.source("01", "bump")
    assert (file, line) == ("lesson.py", 15)
    assert text.startswith("@lab.trigger")


# -- predictions


def test_a_prediction_is_remembered_then_settled(desk):
    experiment = desk.card("01").lesson.experiments[0]
    desk.predict("counting", experiment, "one")
    assert desk.settle("counting", experiment, "two").is_right is False
    assert desk.prediction("counting", "twice") == Prediction("counting/twice", "one", "two")


# -- exercises


def test_only_the_own_files_verdict_is_remembered(desk, tmp_path):
    exercise = desk.exercise("01/add")
    other = tmp_path / "other.py"
    other.write_text("x")
    desk.check(exercise, other)
    assert desk.card("01").exercises[0].attempts == 0
    desk.check(exercise)
    assert desk.card("01").exercises[0].attempts == 1
    assert desk.card("01").exercises[0].state == "started"


def test_a_failure_in_a_crowd_is_judged_once_more(desk, checker, monkeypatch):
    first = checker.check

    def crowded(exercise, file, *, alone=False):
        return replace(first(exercise, file), is_crowded=not alone)

    monkeypatch.setattr(checker, "check", crowded)
    assert not desk.check(desk.exercise("01/add")).is_crowded
    assert len(checker.files) == 2
    assert desk.card("01").exercises[0].attempts == 1


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), os.mkfifo])
def test_a_file_that_is_none_is_a_usage_error(desk, tmp_path, make):
    make(tmp_path / "x.py")
    with pytest.raises(UsageError, match="There is no file"):
        desk.check(desk.exercise("01/add"), tmp_path / "x.py")


def test_hints_come_one_at_a_time_the_failing_test_first(desk):
    exercise = desk.exercise("01/add")
    desk.check(exercise)
    first = desk.hint(exercise)
    assert first is not None
    assert (first.text, first.number, first.total) == ("What is the sum of nothing?", 1, 3)


def test_without_an_attempt_hints_come_in_order_and_the_last_one_stays(desk):
    exercise = desk.exercise("01/add")
    seen = [desk.hint(exercise) for _ in range(4)]
    assert [(hint.number, hint.total) for hint in seen if hint] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert desk.card("01").exercises[0].hints_seen == 3


def test_a_hint_that_was_seen_keeps_its_number(desk, checker):
    exercise = desk.exercise("01/add")
    desk.hint(exercise)
    checker.failing = ("test_sum_of_some",)
    desk.check(exercise)
    again = desk.hint(exercise)
    assert again is not None
    assert (again.number, again.text) == (1, "Start from zero and go through the list.")


def test_an_exercise_that_is_new_stands_at_nothing(desk):
    assert desk.standing(desk.exercise("01/add")) == Standing()


def test_coming_back_finds_the_verdict_and_the_hints(desk):
    exercise = desk.exercise("01/add")
    hints = (desk.hint(exercise), desk.hint(exercise))
    verdict = desk.check(exercise)
    standing = desk.standing(exercise)
    assert standing.verdict == verdict
    assert [hint.text for hint in standing.hints] == [hint.text for hint in hints if hint]
    assert [(hint.number, hint.total) for hint in standing.hints] == [(1, 3), (2, 3)]


def test_a_verdict_about_another_text_is_not_shown_again(desk):
    exercise = desk.exercise("01/add")
    desk.check(exercise)
    desk.file(exercise).write_text("changed = 1\n", encoding="utf-8")
    assert desk.standing(exercise).verdict is None


def test_an_exercise_is_made_ready_while_it_is_read(desk, checker):
    desk.prepare(desk.exercise("01/add"))
    assert checker.prepared == ["counting/add"]


def test_the_solution_is_shown_after_a_pass_and_stays(desk, checker):
    exercise = desk.exercise("01/add")
    assert desk.solution(exercise) is None
    desk.check(exercise)
    assert desk.solution(exercise) is None
    checker.failing = ()
    desk.check(exercise)
    checker.failing = ("test_sum_of_none",)
    desk.check(exercise)
    assert "sum(numbers)" in (desk.solution(exercise) or "")


def test_reset_gives_the_starter_and_keeps_the_file(desk):
    exercise = desk.exercise("01/add")
    desk.file(exercise).write_text("mine")
    assert desk.reset(exercise).read_text() == "mine"
    assert desk.file(exercise).read_bytes() == exercise.starter.read_bytes()


# -- trouble


def test_what_cannot_be_saved_is_a_notice_and_does_not_stop_the_learner(desk, home):
    (home / "progress.db").unlink()
    (home / "progress.db").mkdir()
    desk.move("counting", 1)
    notices = desk.notices()
    assert len(notices) == 1
    assert "cannot be" in notices[0]
    assert desk.notices() == ()


def test_closing_closes_the_judge_only_if_it_was_there(desk, checker):
    desk.close()
    assert not checker.is_closed
    desk.check(desk.exercise("01/add"))
    desk.close()
    assert checker.is_closed
