"""An answer that a test cannot work with is the submission's failure, whatever breaks over it."""

import pytest

from tests.unit.judge.conftest import Answers


@pytest.mark.parametrize(
    ("answer", "use"),
    [
        ("x" * 240_000, "submission.call('take', [answer] * 9)"),
        ([[[[0]]]], "submission.call('take', deeper(answer))"),
        (1e308, "submission.call('take', answer * 10)"),
        ('"\\ud800"', "submission.call('take', json.loads(answer))"),
        ('"\\ud800"', "assert False, json.loads(answer)"),
        (2**62, "bytes(answer)"),
        ("(" * 10_000, "ast.literal_eval(answer)"),
    ],
)
def test_what_a_test_cannot_do_with_an_answer_is_the_submissions_failure(run, answer, use):
    test = f"""
import ast, json
def deeper(value):
    for _ in range(64): value = [value]
    return value
def test_it(submission):
    answer = submission.call("give")
    {use}
"""
    verdict = run(test, Answers(give=lambda: answer, take=lambda value: value))
    assert verdict.outcome == "failed", verdict
