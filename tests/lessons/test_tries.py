"""Answers that others tried have the verdict they must get, in every sandbox and way of grading.

One seed each, embedded, where no rig takes long, and hostile ones in Docker too; `make tries` takes
all of them, 20 seeds for functions and 5 for the rest, as batches of `course grade` in both modes.
"""

import contextlib
import json
import os
import subprocess
import sys
from itertools import groupby

import pytest

from course.judge.judge import PytestJudge
from course.runs.checks import Checks
from course.sandbox.choice import Chooser
from tests.lessons.tries import (
    COLLUSION,
    FULL,
    ROOT,
    TRIES,
    exercise_of,
    is_quick,
    seeds_of,
    tries,
    words_of,
)

HONEST = [one for one in tries("right", "wrong", "manifests", "nginx") if FULL or is_quick(one)]
HOSTILE = tries("hostile")
BY_EXERCISE = {
    slug: list(found)
    for slug, found in groupby(
        sorted([*HONEST, *HOSTILE], key=lambda one: one.exercise), key=lambda one: one.exercise
    )
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TRIES.is_dir(), reason="the tries are not on this machine"),
]
in_full = pytest.mark.skipif(not FULL, reason="`make tries` (COURSE_TRIES=full) takes an hour")


@pytest.fixture(scope="module")
def judge():
    with contextlib.closing(PytestJudge()) as made:
        yield made


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("docker", marks=pytest.mark.docker)]
)
def checks(request, judge):
    with contextlib.closing(Checks(Chooser(request.param), judge, ahead=False)) as made:
        yield made


@pytest.fixture(scope="module")
def embedded(judge):
    with contextlib.closing(Checks(Chooser("embedded"), judge, ahead=False)) as made:
        yield made


def verdict_of(checks, one):
    exercise = exercise_of(one)
    verdict = checks.check(exercise, one.path.read_bytes(), seed=1)
    return one.wrong(verdict.outcome, words_of(verdict))


@pytest.mark.parametrize("one", HONEST, ids=lambda one: one.name)
def test_a_try_has_its_verdict(embedded, one):
    assert verdict_of(embedded, one) == ""


@pytest.mark.parametrize("one", HOSTILE, ids=lambda one: one.name)
def test_a_hostile_try_fails_and_the_next_honest_answer_passes(checks, one):
    assert verdict_of(checks, one) == ""
    exercise = exercise_of(one)
    after = checks.check(exercise, exercise.solution.read_bytes(), seed=2)
    assert after.outcome == "passed", words_of(after)


@pytest.mark.docker
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", ["fast", "container"])
def test_accomplices_get_nothing_from_a_solver(tmp_path, mode):
    folder = tmp_path / "class"
    for path in sorted((TRIES / "hostile" / COLLUSION).iterdir()):
        place = folder / path.stem / "get_shard.py"
        place.parent.mkdir(parents=True)
        place.write_bytes(path.read_bytes())
    rows = grade(tmp_path, folder, "sharding/get_shard", mode, seed=1)
    assert {name: row["outcome"] for name, row in rows.items() if "accomplice" in name} == {
        "b_accomplice": "failed",
        "c_accomplice": "failed",
    }


@in_full
@pytest.mark.docker
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("mode", ["container", "fast"])
@pytest.mark.parametrize("slug", BY_EXERCISE)
def test_every_try_has_its_verdict_on_every_seed(tmp_path, slug, mode):
    found = BY_EXERCISE[slug]
    exercise = exercise_of(found[0])
    by_learner = {one.name.replace("/", "_").replace(".", "_"): one for one in found}
    folder = tmp_path / "class"
    for name, one in by_learner.items():
        place = folder / name / exercise.file
        place.parent.mkdir(parents=True)
        place.write_bytes(one.path.read_bytes())
    wrong = []
    for seed in seeds_of(exercise):
        rows = grade(tmp_path / str(seed), folder, slug, mode, seed=seed)
        assert rows.keys() == by_learner.keys()
        for name, row in rows.items():
            fault = by_learner[name].wrong(row["outcome"], json.dumps(row))
            wrong += [f"seed {seed}: {fault}"] if fault else []
    assert wrong == []


def grade(home, folder, slug, mode, *, seed):
    """A batch, as an instructor would run it; its rows by learner."""
    home.mkdir(exist_ok=True)
    words = ["grade", str(folder), "--exercise", slug, "--isolation", mode, "--seed", str(seed)]
    ran = subprocess.run(
        [sys.executable, "-m", "course", *words, "--format", "jsonl"],
        cwd=ROOT, env={**os.environ, "COURSE_HOME": str(home / "home")},
        capture_output=True, text=True, timeout=3000, check=False,
    )  # fmt: skip
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert rows, ran.stderr
    return {row["learner"]: row for row in rows}
