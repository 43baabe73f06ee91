"""Honest answers pass while the computer gets in the way: few here, a hundred by hand."""

import pytest

from tests.docker.disturbed import grade_disturbed

pytestmark = [pytest.mark.docker, pytest.mark.slow]
HONEST, SECONDS = 4, 12.0


@pytest.mark.parametrize(
    ("how", "isolation"),
    [("freeze", "container"), ("stop", "fast"), ("cut", "fast"), ("overload", "container")],
)
def test_no_honest_answer_fails_for_what_the_computer_does(tmp_path, image, how, isolation):
    assert image
    found = grade_disturbed(tmp_path, HONEST, how, isolation, SECONDS)
    assert found == {"passed": HONEST}
