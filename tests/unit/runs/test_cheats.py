"""Cheats are made around wrong answers, and are what they say they are."""

import subprocess
import sys

import pytest

from course.content.catalog import Catalog
from course.content.folders import find_course
from course.runs.cheats.kinds import KINDS, Cheat, Inapplicable, bases
from course.runs.cheats.nginx import WAYS, nginx_cheats
from course.runs.cheats.python import before, behind, piece, python_cheats
from course.runs.cheats.recording import Transcript

EXERCISES = [one for lesson in Catalog(find_course()).lessons for one in lesson.exercises]
PYTHON = [one for one in EXERCISES if one.file.endswith(".py")]
NGINX = [one for one in EXERCISES if one.file.endswith(".conf")]
TABLE = {'["f", [1], {}]': {"value": 2}}


@pytest.mark.parametrize("exercise", PYTHON, ids=lambda one: one.slug)
def test_every_cheat_in_python_compiles_and_holds_its_base(exercise):
    for kind in KINDS:
        chosen = bases(exercise, kind, 3)
        made = list(python_cheats(exercise, kind, chosen, TABLE))
        assert made
        for one in made:
            if isinstance(one, Inapplicable):
                assert one.why.startswith("does not apply: ")
                continue
            base = next(base for base in chosen if base.name == one.base)
            if is_python(base.text):
                assert is_python(one.text), one.name
            assert len(one.text) > len(base.text)


def is_python(text):
    """Whether it compiles."""
    try:
        compile(text, "answer.py", "exec")
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("exercise", NGINX, ids=lambda one: one.slug)
def test_configurations_heal_in_each_way_and_the_rest_does_not_apply(exercise):
    made = {kind: list(nginx_cheats(exercise, kind, bases(exercise, kind, 1))) for kind in KINDS}
    assert [one.way for one in made["heal"]] == list(WAYS)
    assert all("heal" in one.text for one in made["heal"])
    assert all(isinstance(one, Cheat) for one in made["table"])
    for kind in ("clocks", "baseline", "records", "detect"):
        assert isinstance(made[kind][0], Inapplicable)


def test_a_text_stands_behind_the_docstring_and_the_future():
    answer = '"""An answer."""\n\nfrom __future__ import annotations\n\nimport os\n'
    assert before(answer, "x = 1").splitlines()[:5] == [
        '"""An answer."""', "", "from __future__ import annotations", "", "x = 1"
    ]  # fmt: skip
    assert behind("a = 1\n", "x = 1") == "a = 1\n\n\nx = 1"


def test_the_mutants_whose_fault_a_cheat_would_hide_come_first():
    ring = next(one for one in EXERCISES if one.slug == "sharding/ring")
    assert bases(ring, "clocks", 1)[0].name == "mutant walks"
    assert len(bases(ring, "clocks", None)) == len(ring.mutants) + 1


RUNS = {
    "clocks_slow": """
import time
before = time.monotonic()
real_wait(0.2)
print(time.process_time() == 0.0 and time.monotonic() - before < 0.01)
""",
    "clocks_sleepless": """
import time
before = time.monotonic()
time.sleep(3600)
print(3600 <= time.monotonic() - before < 3610)
""",
}


@pytest.mark.parametrize("name", RUNS)
def test_clocks_tell_what_the_cheat_wants(name):
    wait = "import select\ndef real_wait(s): select.select([], [], [], s)\n"
    assert printed(wait + piece(name) + RUNS[name]) == "True"


def test_a_table_answers_what_was_asked_and_leaves_the_rest_to_the_wrong_answer():
    table = {'["f", [1], {}]': {"value": 11}, '["f", [2], {}]': {"raised": "KeyError: no"}}
    text = behind("def f(n):\n    return -n\n", piece("table", TABLE=table))
    text += "\nprint(f(1), f(3))\ntry:\n    f(2)\nexcept KeyError as error:\n    print(error)\n"
    assert printed(text).split("\n") == ["11 -3", "'no'"]


def test_a_transcript_keeps_what_each_call_was_answered():
    transcript = Transcript()
    call = {"function": "f", "args": [1], "kwargs": {}, "nonce": "n"}
    transcript.asked("call", call)
    transcript.answered({"nonce": "n", "value": 2})
    transcript.asked("call", call | {"function": "g"})
    transcript.answered({"nonce": "n", "ask": {"name": "now", "args": []}})
    transcript.asked("reply", {"value": 5, "refused": None, "nonce": "n"})
    transcript.answered({"nonce": "n", "failure": {"message": "ValueError: no"}})
    transcript.asked("fire", {"trigger": "t", "params": {}})
    transcript.answered({"value": 3})
    assert transcript.table == {
        '["f", [1], {}]': {"value": 2},
        '["g", [1], {}]': {"raised": "ValueError: no"},
    }


def test_who_looks_for_the_solution_becomes_it(tmp_path):
    (tmp_path / "solution.py").write_text("def f():\n    return 'the solution'\n")
    text = behind("def f():\n    return 'wrong'\n", piece("detect", WANTED=["f"]))
    assert printed(f"{text}\nprint(f())\n", cwd=tmp_path) == "the solution"


def test_a_forged_record_forgets_what_came_twice(tmp_path):
    harness = "class World:\n    def __init__(self):\n        self.calls = []\n"
    harness += "        self.count = 0\n"
    harness += "    def ask(self):\n        self.calls.append('x')\n        self.count += 1\n"
    harness += (
        "def run(f):\n    world = World()\n    f(world)\n    return world.calls, world.count\n"
    )
    (tmp_path / "harness.py").write_text(harness)
    text = behind("def f(world):\n    world.ask()\n    world.ask()\n", piece("records_forged"))
    text += "\nimport sys\nsys.path.insert(0, '')\nimport harness\nprint(harness.run(f))\n"
    assert printed(text, cwd=tmp_path) == "(['x'], 1)"


def printed(text, cwd=None):
    """What a program prints."""
    ran = subprocess.run(
        [sys.executable, "-c", f"__file__, __name__ = 'x.py', 'submission'\n{text}"],
        cwd=cwd, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()
