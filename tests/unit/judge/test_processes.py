"""Which tests of an exercise start in a fresh process of the submission's."""

from tests.unit.judge.conftest import Answers, Failing

TESTS = {
    "a": "assert submission.call('double', 1) == 2, 'wrong'",
    "b": "assert submission.call('double', 1) == 3, 'fails'",
    "c": "assert submission.failure('raises').kind == 'exception', 'another one'",
    "d": "submission.call('double', 1)",
    "e": "submission.call('double', 1)",
}


def raises():
    raise Failing("exception", "ValueError")


def test_one_process_serves_all_tests_until_there_is_trouble(run):
    tests = "".join(f"def test_{name}(submission):\n    {body}\n\n" for name, body in TESTS.items())
    answers = Answers(double=lambda n: 2 * n, raises=raises)
    run(tests, answers, processes="one")
    assert [begun["fresh"] for begun in answers.begun] == [False, False, True, True, False]
