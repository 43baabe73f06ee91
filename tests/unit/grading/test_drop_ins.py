"""The drop-ins of the docs do what their readers will have them do."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from course.cli.main import make_parser
from tests.unit.report.test_grades_other_graders import (
    RUNNER,
    check_classroom50,
    check_gradescope,
)

ROOT = Path(__file__).parents[3]
DROP_INS = ROOT / "docs" / "drop-ins"
SHARDING = ROOT / "lessons" / "05-sharding" / "exercises" / "get_shard"
EXERCISE = "sharding/get_shard"


@pytest.fixture
def course(tmp_path):
    """A `course` of this checkout, for scripts; returns its environment."""
    program = tmp_path / "course"
    program.write_text(f'#!/bin/sh\ncd "$PWD" && PYTHONPATH={ROOT} exec {sys.executable} -c '
                       '"from course.cli.main import entry; entry()" "$@"\n')  # fmt: skip
    program.chmod(0o755)
    return {**os.environ, **RUNNER, "COURSE": str(program), "COURSE_HOME": str(tmp_path / "home")}


@pytest.fixture
def autograder(tmp_path):
    """Gradescope's folders, with a right submission."""
    root = tmp_path / "autograder"
    for name in ("source", "submission"):
        (root / name).mkdir(parents=True)
    (root / "source" / "exercise").write_text(EXERCISE)
    (root / "submission" / "get_shard.py").write_bytes((SHARDING / "solution.py").read_bytes())
    return root


def run(argv, environment, place):
    return subprocess.run(
        argv, env=environment, cwd=place, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
def test_gradescope_gets_its_results(course, autograder):
    environment = {**course, "AUTOGRADER": str(autograder)}
    ran = run([DROP_INS / "gradescope" / "run_autograder"], environment, autograder)
    assert ran.returncode == 0, ran.stderr
    results = check_gradescope((autograder / "results" / "results.json").read_text())
    assert results["score"] > 0
    assert {test["status"] for test in results["tests"]} == {"passed"}


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="Gradescope runs it as root")
def test_in_gradescope_the_code_is_nobodys(course, autograder):
    spying = (
        f"import os\nassert os.getuid() == 65534 and not os.access({str(autograder)!r}, os.W_OK)\n"
    )
    answer = autograder / "submission" / "get_shard.py"
    answer.write_text(spying + answer.read_text())
    environment = {**course, "AUTOGRADER": str(autograder)}
    ran = run([DROP_INS / "gradescope" / "run_autograder"], environment, autograder)
    assert ran.returncode == 0, ran.stderr
    results = check_gradescope((autograder / "results" / "results.json").read_text())
    assert {test["status"] for test in results["tests"]} == {"passed"}


@pytest.mark.slow
def test_gradescope_gets_no_zero_for_what_nobody_could_judge(course, autograder):
    (autograder / "source" / "exercise").write_text("nothing/there")
    environment = {**course, "AUTOGRADER": str(autograder)}
    ran = run([DROP_INS / "gradescope" / "run_autograder"], environment, autograder)
    assert ran.returncode == 2
    assert not (autograder / "results" / "results.json").exists()


def test_the_gradescope_zip_can_be_run(tmp_path):
    spec = importlib.util.spec_from_file_location("build", DROP_INS / "gradescope" / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    wheel = tmp_path / "scalability_course-0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    build.build(EXERCISE, wheel, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        assert modes["run_autograder"] & modes["setup.sh"] & 0o111
        assert archive.read("exercise").decode() == EXERCISE
        assert wheel.name in modes


@pytest.mark.slow
def test_classroom50_gets_its_result(course, autograder, tmp_path):
    script = tmp_path / "autograder.py"
    script.write_bytes((DROP_INS / "classroom50" / "autograder.py").read_bytes())
    (tmp_path / "exercise").write_text(EXERCISE)
    environment = {**course, "COURSE_OPTIONS": "--sandbox embedded --trust-submissions"}
    ran = run([sys.executable, script], environment, autograder / "submission")
    assert ran.returncode == 0, ran.stderr
    data = check_classroom50((autograder / "submission" / "result.json").read_text())
    assert data["score"] == data["max-score"] > 0
    assert data["owner"] == "jdoe"


def test_scripts_are_shell():
    for script in (DROP_INS / "ci-job.sh", *(DROP_INS / "gradescope").glob("[sr]*[hr]")):
        assert run(["sh" if script.suffix == ".sh" and "ci" in script.name else "bash", "-n",
                    str(script)], os.environ, DROP_INS).returncode == 0, script  # fmt: skip


def test_the_workflow_calls_what_there_is():
    workflow = yaml.safe_load((DROP_INS / "github-actions.yml").read_text())
    assert set(workflow) == {"name", True, "permissions", "jobs"}  # YAML reads `on` as true
    steps = workflow["jobs"]["grade"]["steps"]
    scripts = "\n".join(step["run"] for step in steps if "run" in step)
    assert "${{" not in scripts  # an input in a script is code
    check_options(scripts)
    check_options((DROP_INS / "ci-job.sh").read_text())


def check_options(script: str) -> None:
    """Every option of `course grade` that a script uses is one."""
    known = set(make_parser([]).words)
    used = {word for word in script.split() if word.startswith("--")}
    assert used
    assert used <= known
