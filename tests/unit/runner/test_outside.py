"""A harness asks the test: what decides is kept where the learner's code cannot reach."""

import pytest

from agent.submission import SubmissionHost

HARNESS = """
import outside
from submission import count

def run(times): return count(outside.ask, times)
def refused():
    try:
        outside.ask("no")
    except outside.Refused as error:
        return f"refused: {error}"
"""


def call(host: SubmissionHost, function: str, *args):
    return host.call(function, list(args), {}, "n0nce")


def reply(host: SubmissionHost, value=None, refused=None):
    return host.reply(value, refused, "n0nce")


def test_a_call_comes_back_with_questions_until_it_has_its_value(submit):
    host = submit(
        "def count(ask, n): return sum(ask('next', i) for i in range(n))", harness=HARNESS
    )
    assert call(host, "run", 2)["ask"] == {"name": "next", "args": [0]}
    assert reply(host, 40)["ask"] == {"name": "next", "args": [1]}
    assert reply(host, 2)["value"] == 42


def test_a_refusal_is_an_exception_with_the_tests_words(submit):
    host = submit("count = None", harness=HARNESS)
    assert call(host, "refused")["ask"]["name"] == "no"
    assert reply(host, refused="there is no slot 9")["value"] == "refused: there is no slot 9"


def test_whoever_turns_to_something_else_starts_afresh(submit):
    host = submit(
        "seen = []\ndef count(ask, n): seen.append(n); ask('x'); return seen", harness=HARNESS
    )
    call(host, "run", 1)
    call(host, "run", 2)
    assert reply(host)["value"] == [2]


def test_an_answer_that_nobody_asked_for_is_refused(submit):
    host = submit("def count(ask, n): return n", harness=HARNESS)
    assert call(host, "run", 3)["value"] == 3
    with pytest.raises(ValueError, match="nobody has asked"):
        reply(host)


def test_what_is_no_question_is_a_broken_rule(submit):
    host = submit('import os\ndef f(): os.write(3, b\'{"nonce": "n0nce", "ask": 1}\\n\'); return 1')
    assert call(host, "f")["failure"]["kind"] == "protocol"


def test_threads_may_ask_at_once(submit):
    threads = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def count(ask, n):\n"
        "    with ThreadPoolExecutor(4) as pool:\n"
        "        return sorted(pool.map(lambda i: ask('same', i), range(n)))"
    )
    told = call(host := submit(threads, harness=HARNESS), "run", 20)
    while "ask" in told:
        told = reply(host, told["ask"]["args"][0])
    assert told["value"] == list(range(20))
