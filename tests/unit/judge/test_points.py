"""Points that a test may not be worth make nobody a full mark."""

import pytest


@pytest.mark.parametrize(
    ("mark", "line"),
    [
        ("@pytest.mark.points(-1)", 4),
        ("@pytest.mark.points(1.5)", 4),
        ("@pytest.mark.points(True)", 4),
        ("@pytest.mark.points('2')", 4),
        ("@pytest.mark.points(n=2)", 4),
        ("@pytest.mark.points()", 4),
        ("@pytest.mark.points", 4),
        ("@pytest.mark.points(1, 2)", 4),
        ("@pytest.mark.points(10**9)", 4),
        ("@pytest.mark.points(1_000_001)", 4),
        ("@pytest.mark.points(1)\n@pytest.mark.points(2)", 5),
        ("@pytest.mark.points(0)", 5),
        ("pytestmark = pytest.mark.points(3)", 4),
        ("from pytest import mark\n@mark.points(-2)", 5),
        ("@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.points(0))])", 4),
    ],
)
def test_points_that_cannot_be_are_refused_with_file_and_line(run, mark, line):
    verdict = run(f"{mark}\ndef test_it(submission):\n    pass\n")
    assert verdict.outcome == "error"
    assert f".py:{line}: " in verdict.why
