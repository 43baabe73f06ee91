"""What the three functions must do. CANARY-6f1d0c: this text must never reach a learner."""

import pytest

from course.judge.compare import same


@pytest.mark.hint("Multiply each of them.")
@pytest.mark.points(2)
def test_numbers_are_doubled(submission, rng):
    """Every number comes back doubled, in the same order."""
    for _ in range(2):
        values = [rng.randint(-1000, 1000) for _ in range(rng.randint(3, 9))]
        answer = submission.call("double", values)
        assert same(answer, [2 * value for value in values]), "some number is not its double"


@pytest.mark.hint("An f-string does it.")
def test_labels_have_brackets(submission, rng):
    """A label is the name between angle brackets."""
    name = "".join(rng.choices("abcdef", k=8))
    assert same(submission.call("label", name), f"<{name}>"), "the label is another one"


@pytest.mark.hint("Put the list into a list, again and again.")
def test_text_is_nested(submission, rng):
    """The text sits inside as many lists as were asked for, letter for letter."""
    text, depth = "".join(rng.choices("é🎉字ß", k=5)), rng.randint(3, 30)
    answer = submission.call("nest", text, depth=depth)
    for _ in range(depth):
        assert isinstance(answer, list), "there are too few lists"
        assert len(answer) == 1, "a list holds one thing"
        answer = answer[0]
    assert same(answer, text), "the text inside is another one"
