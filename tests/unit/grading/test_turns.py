"""Nobody loses a grade to company, or to an engine that went away."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from course.model.verdict import Verdict
from course.runs.grading.grader import Grader
from course.runs.grading.turns import EngineWatch, Turns
from tests.unit.grading.conftest import TERMS, FakeChecker


class Engine:
    """Answers, or does not."""

    def __init__(self, *answers: bool) -> None:
        self._answers = list(answers)
        self.told: list[str] = []

    def answers(self) -> bool:
        return self._answers.pop(0) if self._answers else True

    def watch(self) -> EngineWatch:
        return EngineWatch(self.answers, self.told.append, pause=0.01)


class Crowded(FakeChecker):
    """Gives up whenever somebody else judges at the same time."""

    def __init__(self, inside: list[int]) -> None:
        super().__init__()
        self._inside = inside
        self.alone = 0

    def check(self, exercise, files, *, seed=None) -> Verdict:
        self._inside.append(1)
        time.sleep(0.05)  # long enough to meet the others
        crowd = len(self._inside)
        self._inside.pop()
        verdict = super().check(exercise, files, seed=seed)
        if crowd == 1:
            self.alone += 1
            return verdict
        return replace(verdict, outcome="error", why="no processor")


def test_what_nobody_can_judge_in_company_is_judged_alone(task):
    turns, inside, done = Turns(), [], threading.Barrier(4)
    checkers, handed_in = [Crowded(inside) for _ in range(4)], task()

    def grade(checker):
        done.wait(10)
        return Grader(checker, TERMS, turns=turns).grade(handed_in)

    with ThreadPoolExecutor(4) as pool:
        grades = list(pool.map(grade, checkers))
    assert {one.grade.outcome for one in grades} == {"passed"}
    assert any(one.tries == 2 for one in grades)


@pytest.mark.parametrize(("crowded", "tries"), [(1, 2), (0, 1)])
def test_what_failed_in_a_crowd_is_judged_alone_and_that_counts(task, crowded, tries):
    class InACrowd(FakeChecker):
        def check(self, exercise, files, *, seed=None) -> Verdict:
            verdict = super().check(exercise, files, seed=seed)
            if len(self.seeds) > crowded:
                return verdict
            return replace(verdict, outcome="failed", is_crowded=True)

    graded = Grader(InACrowd(), TERMS).grade(task())
    assert (graded.grade.outcome, graded.tries) == ("passed", tries)


def test_an_engine_that_went_away_costs_no_try(task):
    engine = Engine(False, False, True, False, True)
    checker = FakeChecker(giving_up=2)
    graded = Grader(checker, TERMS, watch=engine.watch()).grade(task())
    assert (graded.grade.outcome, graded.tries) == ("passed", 1)
    assert len(checker.seeds) == 3
    assert [line.partition(";")[0] for line in engine.told] == [
        "The Docker engine does not answer", "The Docker engine answers again",
    ] * 2  # fmt: skip


def test_an_engine_that_was_there_all_the_time_does_not_excuse_a_third_try(task):
    checker = FakeChecker(giving_up=9)
    graded = Grader(checker, TERMS, watch=Engine().watch()).grade(task())
    assert (graded.grade.outcome, graded.tries) == ("error", 2)
    assert len(checker.seeds) == 2


def test_all_who_wait_for_an_engine_say_so_once():
    engine = Engine(False, False, True)
    watch, since = engine.watch(), time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        away = list(pool.map(lambda _: watch.wait(since), range(3)))
    assert away == [True] * 3
    assert len(engine.told) == 2
