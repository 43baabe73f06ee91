"""The oracle's claims: what was made up must fail, and what cannot be tried is said."""

import os
from dataclasses import replace

import pytest

from course.content.catalog import read_lesson
from course.content.scaffold import new_lesson
from course.model.verdict import TestResult, Verdict
from course.runs.verify.effort import Effort
from course.runs.verify.oracle import Oracle
from course.runs.verify.trials import Trials

TABLE = {'["play", [1], {}]': {"value": 1}}


class Deceived:
    """A checker that one kind of cheat deceives."""

    def __init__(self, by):
        self.by = by

    def check(self, _exercise, files, *, seed=None, alone=False):
        assert seed == 1
        if self.by in files.decode():
            return Verdict("x", "passed", "All 3 tests passed.")
        return Verdict("x", "failed", "1 of 3 tests failed.", (TestResult("t", "", "failed"),))

    def close(self):
        pass


@pytest.fixture
def exercise(tmp_path):
    (found,) = read_lesson(new_lesson(tmp_path, "back-pressure")).lesson.exercises
    return found


def prove(exercise, sandbox, *, by="nobody is"):
    trials = Trials(lambda: Deceived(by), 2)
    try:
        oracle = Oracle(trials, lambda _exercise, _seed: TABLE, Effort())
        return list(oracle.prove(exercise, sandbox))
    finally:
        trials.close()


def test_every_kind_is_tried_around_three_wrong_answers(exercise):
    proofs = prove(exercise, "docker")
    assert all(proof.holds for proof in proofs)
    kinds = ("clocks", "baseline", "records", "table", "detect", "heal", "kept")
    counts = {kind: sum(one.cheat == kind for one in proofs if not one.note) for kind in kinds}
    assert counts == {
        "clocks": 6,
        "baseline": 3,
        "records": 9,
        "table": 3,
        "detect": 3,
        "heal": 0,
        "kept": 1,
    }


def test_a_cheat_that_passes_is_named_with_its_base_and_seed(exercise):
    passed = [one for one in prove(exercise, "docker", by="_slow_clocks") if not one.holds]
    assert [one.cheat for one in passed] == ["clocks"] * 3
    assert "cheat clocks/slow over mutant" in passed[0].claim
    assert passed[0].evidence == "seed 1: it passed: All 3 tests passed."


def test_what_does_not_apply_says_why(exercise):
    (heal,) = [one for one in prove(exercise, "docker") if one.cheat == "heal"]
    assert heal.note == "does not apply: it has no rig: nothing runs beside it"


def test_what_nobody_can_see_is_not_claimed(exercise):
    proofs = prove(replace(exercise, unobserved="it is one number"), "docker")
    notes = {one.cheat: one.note for one in proofs if one.note}
    assert notes["clocks"] == notes["records"] == "unobserved: it is one number"


def test_embedded_nobody_can_be_kept_from_looking(exercise, tmp_path):
    with_rig = replace(exercise, rig=exercise.harness)
    notes = {one.cheat: one.note for one in prove(with_rig, "embedded") if one.note}
    assert notes["detect"].startswith("not provable here: ")
    assert ("heal" in notes) == (os.geteuid() != 0)
