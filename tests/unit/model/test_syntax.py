"""A source that is well is read, whatever else is being read."""

import ast
import gc
from collections.abc import Iterator

import pytest

from course.model.syntax import parse

SOURCE = "\n".join(f"def f{n}(a, b=(1, 2)):\n    return [a, b, {n}]" for n in range(200))


@pytest.fixture
def meddled() -> Iterator[list[str]]:
    """Others are read in the middle of the next one, as another thread may, three times."""
    seen: list[str] = []

    def meddle(phase: str, _info: dict[str, int]) -> None:
        if phase == "start" and len(seen) < 3:
            seen.append(phase)
            ast.parse("a = 1")

    before = gc.get_threshold()
    gc.set_threshold(700)
    gc.callbacks.append(meddle)
    yield seen
    gc.callbacks.remove(meddle)
    gc.set_threshold(*before)


def test_another_source_in_the_middle_spoils_nothing(meddled):
    tree = parse(SOURCE)
    assert len(tree.body) == 200
    assert meddled


def test_a_source_that_is_not_well_is_refused():
    with pytest.raises(SyntaxError, match=r"it\.py"):
        parse("def f(:", "it.py")
