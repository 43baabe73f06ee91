"""From tasks to grades: outcomes kept apart, nothing twice, nothing missing."""

from dataclasses import replace
from functools import partial

import pytest

from course.model.grade import worth
from course.model.verdict import TestResult
from course.runs.grading.batch import Batch
from course.runs.grading.ledger import Ledger
from course.runs.grading.pool import grades
from tests.unit.grading.conftest import TERMS, FakeChecker, FakeHand

NAMES = [f"learner-{number}" for number in range(12)]


@pytest.fixture
def tasks(task):
    return [task(name, "a + b" if number % 3 else "a - b") for number, name in enumerate(NAMES)]


@pytest.fixture
def run(tasks, tmp_path):
    """Grade with fake hands, into a book; stops after so many grades."""

    def go(make_hand=FakeHand, resume=False, stop_after=None, jobs=3):
        ledger = Ledger(tmp_path / "work", {"seed": 5}, resume=resume)
        told = []

        def tell(task, graded):
            told.append(task.entry.learner.id)
            if len(told) == stop_after:
                raise KeyboardInterrupt

        batch = Batch(tasks, ledger, TERMS)
        try:
            batch.run(partial(grades, make_hand=make_hand, jobs=jobs), tell)
        finally:
            ledger.close()
        return batch.grades(), told

    return go


def test_every_task_has_one_grade_in_the_tasks_order(run):
    graded, told = run()
    assert [one.grade.learner.id for one in graded] == NAMES
    assert sorted(told) == sorted(NAMES)
    assert [one.grade.outcome for one in graded[:3]] == ["failed", "passed", "passed"]


def test_resuming_grades_what_is_left_and_the_report_is_the_same(run, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(stop_after=5)
    resumed, told = run(resume=True)
    assert len(told) == len(NAMES) - 5
    (tmp_path / "work" / "grades.jsonl").unlink()
    whole, _ = run()
    assert [one.grade for one in resumed] == [one.grade for one in whole]


def test_a_submission_that_changed_since_is_graded_again(run, task):
    run()
    task(NAMES[0], "now + right")
    graded, told = run(resume=True)
    assert told == [NAMES[0]]
    assert graded[0].grade.outcome == "passed"


def test_what_nobody_could_judge_is_tried_twice_and_again_at_the_next_resume(run):
    hands = []

    def hopeless():
        hands.append(FakeHand(FakeChecker(giving_up=1000)))
        return hands[-1]

    graded, _ = run(hopeless)
    assert {one.grade.outcome for one in graded} == {"error"}
    assert {one.tries for one in graded} == {2}
    assert {one.grade.score for one in graded} == {None}
    assert sum(len(hand.checker.seeds) for hand in hands) == 2 * len(NAMES)
    graded, told = run(resume=True)
    assert len(told) == len(NAMES)
    assert "error" not in {one.grade.outcome for one in graded}


def test_a_second_try_that_works_counts(task):
    graded = FakeHand(FakeChecker(giving_up=1)).grade(task())
    assert (graded.grade.outcome, graded.tries) == ("passed", 2)


def test_everybody_meets_the_same_inputs(task):
    checker = FakeChecker()
    hand = FakeHand(checker)
    for name in NAMES[:3]:
        hand.grade(task(name))
    assert len(set(checker.seeds)) == 1


def test_a_bug_of_ours_is_an_error_and_ends_nothing(task):
    class Broken(FakeChecker):
        def check(self, *_args, **_kwargs):
            raise ZeroDivisionError

    graded = FakeHand(Broken()).grade(task())
    assert graded.grade.outcome == "error"
    assert "ZeroDivisionError" in graded.grade.why


def test_a_hand_that_cannot_be_made_stops_the_batch(run):
    def none():
        raise RuntimeError("no sandbox")

    with pytest.raises(RuntimeError, match="no sandbox"):
        run(none)


@pytest.mark.parametrize("isolation", ["container", "none"])
def test_where_a_wall_is_missing_every_row_says_so(task, isolation):
    hand = FakeHand(terms=replace(TERMS, isolation=isolation))
    assert hand.grade(task()).grade.isolation == isolation


def test_nothing_handed_in_fails_without_a_sandbox(task, tmp_path):
    work = task()
    (work.entry.place / "add.py").unlink()
    checker = FakeChecker()
    grade = FakeHand(checker).grade(work).grade
    assert (grade.outcome, grade.why, grade.score) == ("failed", "Nothing was handed in.", 0.0)
    assert checker.seeds == []


def test_every_hand_is_closed(run):
    hands = []

    def make():
        hands.append(FakeHand())
        return hands[-1]

    run(make, jobs=4)
    assert len(hands) == 4
    assert all(hand.checker.is_closed for hand in hands)


def test_points_are_all_or_nothing_unless_partial():
    tests = (
        TestResult("a", "", "passed"),
        TestResult("b", "", "failed", points=2),
    )
    assert worth(10, "failed", tests, partial=False) == 0.0
    assert worth(10, "failed", tests, partial=True) == 3.33
    everything = tuple(replace(test, outcome="passed") for test in tests)
    assert worth(10, "passed", everything, partial=False) == 10.0
    assert worth(10, "passed", everything, partial=True) == 10.0
    assert worth(10, "failed", (), partial=False) == worth(10, "failed", (), partial=True) == 0.0
