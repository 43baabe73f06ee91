"""The learner's code at arm's length: values, failures, limits, and nothing left behind."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from agent.submission import SubmissionHost
from runner.birth import spawn
from tests.living import living_below


def call(host: SubmissionHost, function: str, *args, **kwargs):
    answer = host.call(function, list(args), kwargs, "n0nce")
    assert answer.pop("nonce") == "n0nce"
    assert answer.pop("spent") >= 0
    return answer


def failure(host: SubmissionHost, function: str, *args):
    return call(host, function, *args)["failure"]


def test_a_value_comes_back(submit):
    host = submit("def double(number, times=1): return [number * 2] * times")
    assert call(host, "double", 4, times=2) == {"value": [8, 8]}


def test_tuples_become_lists_as_json_has_it(submit):
    assert call(submit("def f(): return (1, (2.0, None)), {'a': True}"), "f") == {
        "value": [[1, [2.0, None]], {"a": True}]
    }


def test_state_lives_until_a_restart(submit):
    host = submit("seen = []\ndef add(): seen.append(1); return len(seen)")
    assert [call(host, "add"), call(host, "add")] == [{"value": 1}, {"value": 2}]
    host.restart()
    assert call(host, "add") == {"value": 1}


def test_files_that_the_submission_wrote_are_gone_after_a_restart(submit):
    host = submit(
        "import os\n"
        "def dirty():\n"
        "    os.makedirs('deep/er'); open('deep/er/x', 'w').close(); os.chmod('deep', 0)\n"
        "    open('answer.py', 'w').write('')\n"
        "def look(): return sorted(os.listdir('.'))"
    )
    assert call(host, "dirty") == {"value": None}
    host.restart()
    assert call(host, "look") == {"value": ["answer.py"]}


def test_an_exception_names_the_learners_line_and_frames_only(submit):
    found = failure(
        submit("def outer():\n    return inner()\ndef inner():\n    return 1 / 0"), "outer"
    )
    assert (found["kind"], found["line"]) == ("exception", 4)
    assert found["message"] == "ZeroDivisionError: division by zero"
    assert found["trace"] == [
        "answer.py, line 2, in outer: return inner()",
        "answer.py, line 4, in inner: return 1 / 0",
    ]


def test_a_file_that_does_not_parse_is_an_import_failure_with_its_line(submit):
    host = submit("x = 1\ndef f(:\n")
    assert (failure(host, "f")["kind"], failure(host, "f")["line"]) == ("import", 2)
    assert failure(host, "submission.parses")["line"] == 2


def test_parsing_runs_nothing(submit):
    assert call(submit("raise SystemExit"), "submission.parses") == {"value": True}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import os; os._exit(0)", "exit"),
        ("raise SystemExit(0)", "import"),
        ("raise KeyboardInterrupt", "import"),
        ("import no_such_module", "lacking"),
        ("class B(BaseException): pass\nraise B", "import"),
        ("x = 1", "missing"),
    ],
)
def test_loading_can_fail_in_many_ways(submit, source, kind):
    found = failure(submit(source), "f")
    assert found["kind"] in {kind, "exit"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("import sys; sys.exit(0)", "exit"),
        ("import os; os._exit(0)", "exit"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "exit"),
        ("raise KeyboardInterrupt", "exception"),
        ("return bytearray(10**10)", "memory"),
        ("return {1, 2}", "output"),
        ("return {1: 2}", "output"),
        ("return float('nan')", "output"),
        ("return '\\ud800'", "output"),
        ("return 10 ** 5000", "output"),
        ("return 'x' * 300_000", "output"),
        ("a = []; a.append(a); return a", "output"),
        ("a = []\n    for _ in range(60): a = [a, a]\n    return a", "output"),
        ("import os; os.write(3, b'junk\\n'); return 1", "protocol"),
        ("import os; os.close(3); return 1", "exit"),
        ("import os; os.write(3, b'[' * 1_000_000); return 1", "protocol"),
    ],
)
def test_a_call_can_fail_in_many_ways(submit, body, kind):
    assert failure(submit(f"def f():\n    {body}"), "f")["kind"] == kind


@pytest.mark.parametrize(
    "reply",
    [
        '{"nonce": "n0nce", "value": NaN}',
        '{"nonce": "n0nce", "value": 1e999}',
        '{"nonce": "n0nce", "value": 1, "value": 2}',
        '{"nonce": "n0nce", "value": 1, "passed": true}',
        '{"nonce": "other", "value": 1}',
        '{"nonce": "n0nce", "failure": "none"}',
        '{"nonce": "n0nce", "value": "\\\\ud800"}',
        "[1]",
        "\\0",
    ],
)
def test_a_forged_answer_must_still_be_a_strict_one(submit, reply):
    host = submit(f"import os\ndef f(): os.write(3, b'''{reply}''' + b'\\n'); os._exit(0)")
    assert failure(host, "f")["kind"] == "protocol"


def test_an_answer_written_ahead_is_not_taken_for_the_next_one(submit):
    host = submit(
        'import os\ndef f(): os.write(3, b\'{"nonce": "n0nce", "value": 1}\\n\' * 2); return 0'
    )
    assert call(host, "f") == {"value": 1}  # forged, and nothing but its own value
    assert failure(host, "f")["kind"] == "protocol"


def test_an_endless_loop_is_ended_on_our_clock_and_shows_its_line(submit):
    host = submit(
        "import time\ntime.monotonic = lambda: 0\ndef f():\n    while True:\n        pass", 0.5
    )
    started = time.monotonic()
    found = failure(host, "f")
    assert time.monotonic() - started < 20  # half a second of its own, on a busy machine
    assert found["kind"] == "timeout"
    assert found["line"] in {4, 5}


def test_after_the_end_every_call_says_the_same_until_a_restart(submit):
    host = submit("import os\ndef f(): os._exit(7)\ndef g(): return 1")
    assert "exit status 7" in failure(host, "f")["message"]
    assert "exit status 7" in failure(host, "g")["message"]
    host.restart()
    assert call(host, "g") == {"value": 1}


def test_a_megabyte_of_output_is_kept_at_both_ends_only(submit):
    host = submit("def f():\n    print('start' + 'x' * 1_000_000 + 'end')\n    return 1")
    assert call(host, "f") == {"value": 1}
    until = time.monotonic() + 5
    while "end" not in host.output()["text"][-10:] and time.monotonic() < until:
        time.sleep(0.01)
    printed = host.output()
    assert printed["text"].startswith("startxx")
    assert printed["dropped"] > 900_000
    assert len(printed["text"]) < 70_000


def test_daemons_of_the_submission_do_not_outlive_it(submit, tmp_path):
    pids = tmp_path / "pids"
    pids.touch()
    pids.chmod(0o666)
    host = submit(
        "import os, time\n"
        "def f(path):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork(): os._exit(0)\n"
        "        open(path, 'w').write(str(os.getpid()))\n"
        "        time.sleep(60)\n"
        "    while not open(path).read(): time.sleep(0.01)\n"
    )
    assert call(host, "f", str(pids)) == {"value": None}
    host.restart()
    assert not Path(f"/proc/{pids.read_text()}").exists()


def test_the_environment_is_made_of_nothing(submit, monkeypatch):
    monkeypatch.setenv("SECRET", "1")
    host = submit("import os\ndef f(): return dict(os.environ)")
    host.publish({"redis_url": "unix:///x"})
    environment = call(host, "f")["value"]
    assert set(environment) == {
        "PATH",
        "LANG",
        "HOME",
        "LAB_RIG",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
    }
    assert json.loads(environment["LAB_RIG"]) == {"redis_url": "unix:///x"}


def test_only_four_descriptors_are_open(submit):
    host = submit(
        "import os\ndef f(): return [n for n in range(300) if is_open(n)]\n"
        "def is_open(n):\n    try: os.fstat(n)\n    except OSError: return False\n    return True"
    )
    assert call(host, "f") == {"value": [0, 1, 2, 3]}


def test_the_harness_speaks_first_and_sees_the_submission(submit):
    host = submit(
        "def answer(): return 'learner'\ndef other(): return 'mine'",
        harness="import submission\ndef answer(): return submission.answer() + ' through harness'",
    )
    assert call(host, "answer") == {"value": "learner through harness"}
    assert call(host, "other") == {"value": "mine"}


def test_coroutines_are_run(submit):
    assert call(submit("async def f(): return 5"), "f") == {"value": 5}


def test_a_program_runs_with_the_learners_environment_and_is_told_of(submit):
    host = submit("print('hello'); raise SystemExit(3)")
    program = host.popen(["python", "answer.py"], {"PORT": "80"})
    assert b"".join(iter(lambda: program.stdout.read1(64), b"")) == b"hello\n"
    assert program.wait(5) == 3
    program.stdout.close()
    assert host.output()["text"] == "hello\n"


def test_a_program_ends_with_a_restart(submit):
    host = submit("import time; print('up'); time.sleep(60)")
    program = host.popen(["python", "answer.py"])
    assert program.stdout.read1(2) == b"up"
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(0.01)
    host.restart()
    assert program.wait(2) == -9
    program.stdout.close()


def test_a_program_that_does_not_exist_is_an_os_error(submit):
    with pytest.raises(OSError, match="no-such-program"):
        submit("").popen(["no-such-program"])


def test_closing_leaves_no_process(tmp_path):
    before = living_below(os.getpid())
    host = SubmissionHost(str(tmp_path), None, spawn())
    host.submit({"a.py": b"def f(): return 1"}, entry="a.py", seconds=5, memory_mb=64)
    assert call(host, "f") == {"value": 1}
    host.close()
    assert living_below(os.getpid()) <= before
