import pytest

from course.judge.compare import same


class Service:
    """What is asked, on this side: nobody but the test counts."""

    def __init__(self, failures):
        self.failures = failures
        self.calls = 0

    def ask(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise ValueError(f"no answer {self.calls}")
        return f"answer {self.calls}"


@pytest.mark.hint("Return from inside the loop as soon as a call does not raise.")
@pytest.mark.points(2)
def test_the_first_answer_counts(submission, rng):
    """It asks until there is an answer, and not once more."""
    for failures in range(6):
        service = Service(failures)
        got = submission.play(service, "play", failures + rng.randint(1, 4))
        assert same(got, f"answer {failures + 1}"), f"after {failures} failures it returned {got!r}"
        assert service.calls == failures + 1, f"an answer came, and it asked {service.calls} times"


@pytest.mark.hint("Keep the last exception, or let the last one pass.")
@pytest.mark.points(2)
def test_it_gives_up_with_the_last_error(submission, rng):
    """After `times` failures it raises what the last call raised."""
    for times in (1, 2, rng.randint(3, 9)):
        service = Service(times + 3)
        got = submission.play(service, "play", times)
        assert same(got, f"OSError: no answer {times}"), f"with {times} tries it came to {got!r}"
        assert service.calls == times, f"with {times} tries it asked {service.calls} times"


@pytest.mark.hint("Check `times` before the first call.")
def test_no_tries_is_an_error(submission, rng):
    """`times` below 1 is a ValueError, before anything is asked."""
    for times in (0, -1, -rng.randint(2, 9)):
        service = Service(0)
        got = str(submission.play(service, "play", times))
        assert got.startswith("ValueError"), f"for {times} it came to {got}"
        assert service.calls == 0, f"for {times} it asked all the same"
