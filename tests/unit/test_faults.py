"""The bar of every fault: nothing lost, nothing left, and words that a person can use."""

import json

import pytest

from docs.faults import page
from tests.faults import Faults


@pytest.mark.parametrize(
    ("lost", "left", "read"),
    [
        (["answer.py"], [], "not saved"),
        ([], ["pid 12"], "the sandbox ended"),
        ([], [], " \n"),
        ([], [], "Traceback (most recent call last): …"),
        ([], [], "this is a bug in the course"),
    ],
    ids=["lost", "left", "silent", "traceback", "bug"],
)
def test_a_fault_that_lets_the_person_down_fails_its_test(lost, left, read):
    with pytest.raises(AssertionError):
        Faults("a test", None)("harm", lost=lost, left=left, read=read)


def test_a_fault_becomes_a_row_and_a_later_one_replaces_it(tmp_path):
    file = tmp_path / "faults.jsonl"
    told = Faults("tests/tui/test_x.py::test_y", file)
    told("a | b", lost=[], left=[], read="first")
    told("a | b", lost=[], left=[], read="the sandbox\n\x1b ended <now>")
    text = page(file.read_text(encoding="utf-8").splitlines())
    assert "1 faults." in text
    assert "first" not in text
    assert "| a \\| b | nothing | nothing | the sandbox   ended &lt;now> |" in text
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[0])["lost"] == []


def test_whoever_tells_a_fault_is_found_by_its_marker(request, fault):
    assert request.node.get_closest_marker("fault")
