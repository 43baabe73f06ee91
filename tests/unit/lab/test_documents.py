"""A learner's YAML is looked through before a rig reads it."""

import itertools
import time

import pytest

from lab.documents import DEEPEST, LONGEST, MOST_PARTS, refuse_unreadable
from lab.errors import SubmissionFault

NAMES = [f"b{number}" for number in range(40)]
BOMB = "b0: &b0 [x, x]\n" + "".join(
    f"{name}: &{name} [*{last}, *{last}]\n" for last, name in itertools.pairwise(NAMES)
)


@pytest.mark.parametrize(
    "text",
    [
        "x" * (LONGEST + 1),
        "[" * (LONGEST - 1),
        "{a: " * 10_000,
        "- " * 20_000 + "a",
        "? " * 20_000,
        BOMB,
        "&a [*a]",
        "a: &a {b: {c: *a}}",
        "[" + "a," * 24_000 + "]",
        '"\\U00110000"',
    ],
    ids=["long", "lists", "maps", "dashes", "keys", "bomb", "itself", "deep itself", "many", "chr"],
)
def test_what_would_choke_a_reader_is_the_learners_in_a_moment(text):
    started = time.process_time()
    with pytest.raises(SubmissionFault, match=r"web\.yaml"):
        refuse_unreadable("web.yaml", text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: &a {b: 1}\nc: *a\n---\nd: *a\n",
        "a: [",
        "\0",
        "[" * DEEPEST + "]" * DEEPEST,
        "- a\n" * (MOST_PARTS // 2),
        "a: 2001-99-99",
    ],
)
def test_everything_else_is_left_to_the_rigs_reader(text):
    refuse_unreadable("web.yaml", text)
