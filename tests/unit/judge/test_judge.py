"""What the judge makes of tests: whose fault a failure is, and what is told of it."""

import time

import pytest

from course.errors import LessonError, SandboxLost, SubmissionRefused
from tests.unit.judge.conftest import Answers, Failing

DOUBLES = '''
@pytest.mark.hint("Multiply.")
@pytest.mark.points(3)
def test_doubles(submission):
    """Two becomes four,
    and so on."""
    answer = submission.call("double", 2)
    assert same(answer, 4), f"two became {answer}"
'''


def test_right_answers_pass(run):
    verdict = run(DOUBLES, Answers(double=lambda n: 2 * n))
    assert (verdict.outcome, verdict.why) == ("passed", "All 1 tests of lesson/it passed.")
    (test,) = verdict.tests
    assert (test.name, test.title) == ("test_doubles", "Two becomes four, and so on.")
    assert (test.outcome, test.points, test.message, test.hint) == ("passed", 3, "", "")


def test_a_wrong_answer_fails_with_the_tests_own_words(run):
    verdict = run(DOUBLES, Answers(double=lambda n: n))
    (test,) = verdict.tests
    assert (verdict.outcome, test.message, test.hint) == ("failed", "two became 2", "Multiply.")


@pytest.mark.parametrize("answer", [True, 4.0, "4", None, [4]])
def test_an_answer_of_another_type_is_wrong(run, answer):
    assert run(DOUBLES, Answers(double=lambda _: answer)).outcome == "failed"


def fails(kind, message, line=None):
    def function(*_):
        raise Failing(kind, message, line)

    return function


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("exception", "double() raised ValueError: no (line 7)"),
        ("timeout", "double() did not come back: ValueError: no (line 7)"),
        ("exit", "double() ended the program instead of returning: ValueError: no (line 7)"),
        ("protocol", "double() broke the judge's rules: ValueError: no (line 7)"),
    ],
)
def test_a_failure_is_told_in_the_learners_terms(run, kind, told):
    verdict = run(DOUBLES, Answers(double=fails(kind, "ValueError: no", 7)))
    assert (verdict.outcome, verdict.tests[0].message) == ("failed", told)


def test_a_file_that_does_not_load_is_the_reason(run):
    verdict = run(DOUBLES, Answers(double=fails("import", "SyntaxError: invalid syntax", 3)))
    assert verdict.outcome == "failed"
    assert verdict.why == "it.py does not load: SyntaxError: invalid syntax (line 3)"


def test_text_from_the_submission_cannot_steer_a_terminal(run):
    verdict = run(DOUBLES, Answers(double=lambda _: "\x1b[2J\u202e"))
    assert verdict.tests[0].message == "two became \\x1b[2J<U+202E>"


def refused(error):
    def function(**_):
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SubmissionRefused("nginx: unknown directive"), "failed"),
        (LessonError("KeyError: 'x'"), "error"),
        (SandboxLost("The sandbox ended."), "error"),
    ],
)
def test_a_refusal_is_blamed_on_whose_it_is(run, error, outcome):
    verdict = run(
        'def test_it(rig):\n    """It."""\n    rig.fire("go")', Answers(go=refused(error))
    )
    assert verdict.outcome == outcome
    assert error.summary in verdict.tests[0].message


@pytest.mark.parametrize(
    "tests",
    [
        "def test_it(:",
        "import no_such_module\n\ndef test_it(): pass",
        "def test_it(no_such_fixture): pass",
        "def test_it(): no_such_name",
        "@pytest.fixture\ndef broken(): 1 / 0\n\ndef test_it(broken): pass",
        "@pytest.mark.hnit('x')\ndef test_it(): pass",
        "raise KeyboardInterrupt\n\ndef test_it(): pass",
        "def test_it(): pytest.exit('no')",
        "import os\n\ndef test_it(): os._exit(0)",
        "import os, signal\n\ndef test_it(): os.kill(os.getpid(), signal.SIGKILL)",
        "def test_it(submission): submission.call('double', object())",
        "def test_it(submission): submission.call('double', 'x' * 1_500_000)",
        "",
        "def test_it(): pass\n\ndel test_it",
        "def test_it(): pass\n\ndef test_it(): pass",
        "def test_it(): pass\n\nexec('def test_more(): pass')",
        "class TestIt:\n    def test_it(self): pass",
    ],
)
def test_broken_tests_are_never_the_learners_fault(run, tests):
    verdict = run(tests, Answers(double=lambda n: n))
    assert verdict.outcome == "error", verdict
    assert not any(test.outcome == "failed" for test in verdict.tests)
    assert verdict.seconds < 15, "known when it happens, not when the time is over"


@pytest.mark.parametrize(
    "tests",
    [
        "@pytest.mark.skip\ndef test_it(): pass",
        "def test_it(): pytest.skip('x')",
        "@pytest.mark.xfail\ndef test_it(): assert False",
        "@pytest.mark.xfail\ndef test_it(): pass",
        "def test_it(): pytest.xfail('x')",
        "def test_it(): assert False",
    ],
)
def test_what_is_not_a_plain_pass_is_none(run, tests):
    verdict = run(tests)
    assert verdict.outcome == "failed", verdict


@pytest.mark.parametrize("body", ["answer['x']", "len(answer)", "answer.x", "a, b = answer"])
def test_tripping_over_the_shape_of_an_answer_is_the_learners(run, body):
    tests = (
        f'def test_it(submission):\n    """It."""\n    answer = submission.call("f")\n    {body}'
    )
    verdict = run(tests, Answers(f=lambda: None))
    assert verdict.outcome == "failed"
    assert "What came back is not what the test can work with" in verdict.tests[0].message


def test_no_line_of_a_test_is_shown(run):
    verdict = run(
        "def test_it(submission):\n    secret = 'CANARY'\n"
        "    assert submission.call('f') == secret",
        Answers(f=lambda: 1),
    )
    assert "CANARY" not in repr(verdict)
    assert "secret" not in repr(verdict)
    assert verdict.tests[0].message == "What this test asks for is not so yet."


def test_cases_of_one_function_are_one_result(run):
    verdict = run(
        '@pytest.mark.parametrize("n", [1, 2, 3])\n'
        'def test_it(submission, n):\n    assert submission.call("f", n) < 2, f"{n} is too much"',
        Answers(f=lambda n: n),
    )
    (test,) = verdict.tests
    assert (test.name, test.outcome, test.message) == ("test_it", "failed", "2 is too much")


def test_every_test_begins_with_a_share_of_the_time_and_all_but_the_first_afresh(run):
    answers = Answers(double=lambda n: 2 * n)
    run(DOUBLES + DOUBLES.replace("test_doubles", "test_again"), answers)
    assert answers.asked == ["call", "call"]  # it begins with its first question
    assert answers.begun == [{"tests": 2, "fresh": False}, {"tests": 2, "fresh": True}]


def test_a_program_belongs_to_its_rig(run):
    answers = Answers(go=lambda: 1)
    tests = "def test_{}(rig):\n    rig.fire('go')\n"
    run(tests.format("a") + tests.format("b"), answers, kind="program")
    assert answers.asked == ["begin", "fire", "begin", "fire"]
    assert not any(begun["fresh"] for begun in answers.begun)


def test_random_draws_repeat_with_the_seed_and_differ_between_tests(run):
    tests = "def test_{}(submission, rng):\n    submission.call('f', rng.random())\n"
    drawn = []
    for seed in (1, 1, 2):
        run(tests.format("a") + tests.format("b"), Answers(f=drawn.append), seed=seed)
    assert drawn[0:2] == drawn[2:4]
    assert len(set(drawn)) == 4


def test_an_expected_failure_can_be_looked_at(run):
    tests = (
        "def test_it(submission):\n    failure = submission.failure('f')\n"
        "    assert (failure.kind, failure.line) == ('exception', 7), 'another one'\n"
    )
    assert run(tests, Answers(f=fails("exception", "ValueError", 7))).outcome == "passed"
    assert run(tests, Answers(f=lambda: 1)).outcome == "failed"
    assert run(tests, Answers(f=fails("timeout", "late"))).outcome == "failed"


def test_the_text_and_a_restart_can_be_asked_for(run):
    tests = (
        "def test_it(submission):\n    submission.call('f')\n    submission.restart()\n"
        "    assert submission.text == 'the file'\n    submission.call('f')\n"
    )
    answers = Answers(f=lambda: 1)
    assert run(tests, answers).outcome == "passed"
    assert answers.asked == ["call", "text", "call"]
    assert answers.begun == [{"tests": 1, "fresh": False}, {"tests": 0, "fresh": True}]


def test_an_answer_to_another_question_is_never_believed(run):
    class Liar(Answers):
        def ask(self, command, arguments):
            return super().ask(command, {**arguments, "nonce": "0"})

    assert run(DOUBLES, Liar(double=lambda n: 2 * n)).outcome == "error"


def test_what_tests_print_goes_nowhere(run, capfd):
    assert run("def test_it():\n    print('CANARY')").outcome == "passed"
    assert capfd.readouterr() == ("", "")


def test_nothing_is_written_beside_the_tests(run, tmp_path):
    run(DOUBLES, Answers(double=lambda n: 2 * n))
    assert [path.name for path in tmp_path.iterdir()] == ["test_it.py"]


def test_the_judge_starts_again_after_it_was_killed(run, judge):
    judge.warm()
    judge._process._process.kill()
    judge._process._process.wait()
    assert run(DOUBLES, Answers(double=lambda n: 2 * n)).outcome == "passed"


def test_no_run_sees_what_another_one_left(run):
    tests = (
        "SEEN = []\n\n"
        "def test_it(submission):\n    SEEN.append(1)\n    open('left', 'x').close()\n"
        "    assert submission.call('f', len(SEEN)) == 1, 'there was one before'"
    )
    for _ in range(3):
        assert run(tests, Answers(f=lambda n: n)).outcome == "passed"


def test_global_random_numbers_differ_between_runs_of_the_same_tests(run):
    tests = "import random\n\ndef test_it(submission):\n    submission.call('f', random.random())"
    drawn = []
    for _ in range(3):
        run(tests, Answers(f=drawn.append))
    assert len(set(drawn)) == 3


def test_tests_and_what_lies_beside_them_are_read_again_once_they_change(run, tmp_path):
    reads = "from pathlib import Path\nKNOWN = (Path(__file__).parent / 'known').read_text()\n\n"
    asks = "def test_it(submission):\n    assert submission.call('f') == KNOWN"
    for known in ("one", "other"):
        (tmp_path / "known").write_text(known)
        assert run(reads + asks, Answers(f=lambda known=known: known)).outcome == "passed"
    assert run(f"{reads}{asks} + '!'", Answers(f=lambda: "other")).outcome == "failed"


def test_tests_that_cannot_even_be_collected_are_given_up(run):
    waits = "import time\n\ntime.sleep(60)\n\ndef test_it(): pass"
    started = time.monotonic()
    assert run(waits, seconds=0.2).outcome == "error"
    assert run(waits, seconds=0.2).outcome == "error"
    assert time.monotonic() - started < 2 * (3 * 0.2 + 2 + 2 + 2)
    assert run(DOUBLES, Answers(double=lambda n: 2 * n)).outcome == "passed"


def test_several_runs_go_on_at_once(judge, exercise):
    from concurrent.futures import ThreadPoolExecutor

    asked = exercise(DOUBLES)

    def once(factor):
        return judge.run(asked, Answers(double=lambda n: factor * n), seed=1).outcome

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(once, [2, 3, 2, 3])) == ["passed", "failed"] * 2
