"""Identical files get identical grades, in both isolations, and once more in a replay."""

import json

import pytest

from tests.docker.a_class import graded, grading

pytestmark = [pytest.mark.docker, pytest.mark.slow]
MANY, SEEDS = 6, range(1, 7)
# Right where a set has one order, wrong where it has another.
LUCKY = """
def add(numbers):
    return sum(numbers) + ["even", "odd"].index(next(iter({"even", "odd"})))
"""


@pytest.mark.parametrize("isolation", ["container", "fast"])
def test_what_hangs_on_the_order_of_a_set_gets_one_grade(tmp_path, image, isolation):
    assert image
    for number in range(MANY):
        (tmp_path / "class" / f"learner-{number}").mkdir(parents=True)
        (tmp_path / "class" / f"learner-{number}" / "add.py").write_text(LUCKY)
    seen = set()
    for seed in SEEDS:
        options = ("--isolation", isolation, "--points", "--seed", str(seed))
        found = graded(tmp_path / "home", tmp_path / "class", *options)
        grades = {(told["outcome"], told["score"]) for told in map(json.loads, found.values())}
        assert len(grades) == 1
        seen |= grades
        if len(seen) > 1:
            break
    assert len(seen) > 1  # it does hang on the order
    receipt = next((tmp_path / "home").glob("grading/*/receipts/*.json"))
    replay = grading(tmp_path / "home", tmp_path / "class", "--replay", str(receipt))
    told, why = replay.communicate(timeout=60)
    assert replay.returncode == 0, why
    assert "The same result" in told
