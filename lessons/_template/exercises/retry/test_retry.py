import pytest

from course.judge.compare import same


@pytest.mark.hint("Return from inside the loop as soon as a call does not raise.")
@pytest.mark.points(2)
def test_the_first_answer_counts(submission, rng):
    """It asks until there is an answer, and not once more."""
    failures = rng.randint(0, 5)
    got = submission.call("play", failures, failures + rng.randint(1, 4))
    expected = {"result": f"answer {failures + 1}", "calls": failures + 1}
    assert same(got, expected), f"after {failures} failures it came to {got}"


@pytest.mark.hint("Keep the last exception, or let the last one pass.")
@pytest.mark.points(2)
def test_it_gives_up_with_the_last_error(submission, rng):
    """After `times` failures it raises what the last call raised."""
    times = rng.randint(1, 6)
    got = submission.call("play", times + 3, times)
    expected = {"result": f"OSError: no answer {times}", "calls": times}
    assert same(got, expected), f"with {times} tries and no answer it came to {got}"


@pytest.mark.hint("Check `times` before the first call.")
def test_no_tries_is_an_error(submission, rng):
    """`times` below 1 is a ValueError, before anything is asked."""
    got = submission.call("play", 0, -rng.randint(0, 3))
    assert got["result"].startswith("ValueError"), f"it came to {got['result']}"
    assert got["calls"] == 0, "it asked all the same"
