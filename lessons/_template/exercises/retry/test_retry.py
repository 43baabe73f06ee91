import pytest

from course.judge.compare import same


@pytest.mark.hint("Return from inside the loop as soon as a call does not raise.")
@pytest.mark.points(2)
def test_the_first_answer_counts(submission, rng):
    """It asks until there is an answer, and not once more."""
    for failures in range(6):
        got = submission.call("play", failures, failures + rng.randint(1, 4))
        expected = {"result": f"answer {failures + 1}", "calls": failures + 1}
        assert same(got, expected), f"after {failures} failures it came to {got}"


@pytest.mark.hint("Keep the last exception, or let the last one pass.")
@pytest.mark.points(2)
def test_it_gives_up_with_the_last_error(submission, rng):
    """After `times` failures it raises what the last call raised."""
    for times in (1, 2, rng.randint(3, 9)):
        got = submission.call("play", times + 3, times)
        expected = {"result": f"OSError: no answer {times}", "calls": times}
        assert same(got, expected), f"with {times} tries and no answer it came to {got}"


@pytest.mark.hint("Check `times` before the first call.")
def test_no_tries_is_an_error(submission, rng):
    """`times` below 1 is a ValueError, before anything is asked."""
    for times in (0, -1, -rng.randint(2, 9)):
        got = submission.call("play", 0, times)
        assert got["result"].startswith("ValueError"), f"for {times} it came to {got['result']}"
        assert got["calls"] == 0, f"for {times} it asked all the same"
