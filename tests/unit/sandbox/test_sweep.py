"""A sweep takes a box only when nobody can want it."""

import pytest

from course.sandbox.sweep import is_orphan

HERE = "boot-1/pid:[1]"
LABELS = {
    "course.run": "r",
    "course.owner.pid": "7",
    "course.owner.start": "100",
    "course.owner.boot": HERE,
    "course.deadline": "1000",
}


def orphan(*, alive=True, now=500.0, **changed):
    labels = {**LABELS, **{key.replace("_", "."): value for key, value in changed.items()}}
    return is_orphan(labels, here=HERE, now=now, alive=lambda pid, start: alive)


def test_a_box_of_a_living_owner_is_left_even_after_its_deadline():
    assert not orphan(alive=True, now=500)
    assert not orphan(alive=True, now=1_000_000)


def test_a_box_of_a_dead_owner_goes():
    assert orphan(alive=False)


def test_pid_and_start_are_what_is_asked_about():
    asked = []
    is_orphan(LABELS, here=HERE, now=0, alive=lambda pid, start: bool(asked.append((pid, start))))
    assert asked == [(7, "100")]


@pytest.mark.parametrize(("now", "gone"), [(500, False), (1100, False), (2000, True)])
def test_a_box_of_another_machine_is_left_until_well_past_its_deadline(now, gone):
    assert orphan(alive=False, now=now, course_owner_boot="boot-2/pid:[1]") is gone


@pytest.mark.parametrize("missing", [key for key in LABELS if key != "course.run"])
def test_a_box_without_all_our_labels_is_not_ours(missing):
    labels = {key: value for key, value in LABELS.items() if key != missing}
    assert not is_orphan(labels, here=HERE, now=1e9, alive=lambda pid, start: False)


def test_a_box_with_a_pid_that_is_no_number_is_not_ours():
    assert not orphan(alive=False, course_owner_pid="$(id)")
