"""`course grade` as a user runs it: poison among the honest, a crash in the middle."""

import json
import os
import signal

import pytest

from course.sandbox.labels import RUN
from tests.docker.a_class import graded, grading, write_class

pytestmark = [pytest.mark.docker, pytest.mark.slow]
HONEST, POISON = 20, 4
CHANCE = ("forks", "memory", "meddles")


@pytest.fixture(scope="module")
def place(tmp_path_factory, image):
    """A clean class, and the same one with poison in it."""
    assert image
    folder = tmp_path_factory.mktemp("grading")
    write_class(folder / "clean" / "class", HONEST, 0)
    write_class(folder / "poisoned" / "class", HONEST, POISON)
    return folder


@pytest.fixture(scope="module")
def poisoned(place):
    """The report on the class with poison in it."""
    return graded(place / "home", place / "poisoned" / "class", "--isolation", "fast")


@pytest.fixture
def boxes(engine):
    """Our containers, by the labels of whoever started them."""

    def ours(owner: int | None = None) -> list[str]:
        return [
            str(box["Id"])
            for box in engine.containers(RUN)
            if owner is None or str(owner) in box["Labels"].values()
        ]

    return ours


def test_the_honest_are_graded_as_if_there_were_no_poison(place, poisoned):
    clean = graded(place / "home", place / "clean" / "class", "--isolation", "fast")
    assert len(clean) == HONEST
    assert len(poisoned) == HONEST + POISON
    assert {name: poisoned[name] for name in clean} == clean
    outcomes = [json.loads(line)["outcome"] for line in clean.values()]
    assert outcomes.count("failed") == HONEST // 4


def test_poison_fails_and_steers_nothing(poisoned):
    found = [json.loads(line) for name, line in poisoned.items() if name.count("-") > 1]
    assert [grade["outcome"] for grade in found] == ["failed"] * POISON
    assert "\\u001b" not in "".join(poisoned.values())


def test_killed_in_the_middle_and_resumed_it_is_the_same_report(place, poisoned, tmp_path):
    folder = place / "poisoned" / "class"
    process = grading(tmp_path, folder, "--isolation", "fast")
    for _ in range(8):
        assert process.stderr.readline()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    resumed = graded(tmp_path, folder, "--isolation", "fast", "--resume")
    assert list(resumed) == list(poisoned)
    assert {name: worth(line) for name, line in resumed.items()} == {
        name: worth(line) for name, line in poisoned.items()
    }
    # What a bomb dies of first is chance, and when the meddler's own daemon kills it; every other
    # line is the same to the byte.
    by_chance = [name for name in poisoned if any(word in name for word in CHANCE)]
    assert len(by_chance) == POISON * len(CHANCE) // 4
    assert {name: resumed[name] for name in poisoned if name not in by_chance} == {
        name: poisoned[name] for name in poisoned if name not in by_chance
    }


def worth(line: str) -> tuple[str, float]:
    """What a grade says, without its words."""
    grade = json.loads(line)
    return grade["outcome"], grade["score"]


def test_a_fresh_container_each_comes_to_the_same_verdicts(place, poisoned, tmp_path):
    chosen = [name for name in poisoned if name.startswith("honest-000")]
    paths = [path for path in (place / "poisoned" / "class").iterdir() if path.stem in chosen]
    listed = "\n".join(f"{path.stem},{path}" for path in paths)
    roll = tmp_path / "roll.csv"
    roll.write_text(f"id,path\n{listed}\n")
    found = graded(tmp_path / "home", roll)
    assert set(found) == set(chosen)
    for name, line in found.items():
        assert json.loads(line)["isolation"] == "container"
        assert worth(line) == worth(poisoned[name])


def test_nothing_is_left(place, boxes, tmp_path):
    process = grading(tmp_path, place / "clean" / "class", "--isolation", "fast")
    process.communicate(timeout=170)
    assert boxes(process.pid) == []
