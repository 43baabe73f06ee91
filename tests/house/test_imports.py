"""What importing costs and drags in, seen from fresh processes."""

import ast
import json
import subprocess
import sys

import pytest

from tests.house.source import ROOT, modules, name_of, python_files, tree_of

HEAVY = {"textual", "rich", "docker", "requests", "pytest", "pymongo", "redis", "mongomock"}

LOADED = """
import json, sys
for name in {names!r}:
    __import__(name)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""

# Each module is imported in a child of its own, after the libraries but before anything of ours.
ALONE = """
import importlib, json, os, sys, traceback, warnings
warnings.simplefilter("ignore")
for library in ("docker", "pytest", "textual.app", "textual.widgets"):
    importlib.import_module(library)
for name in {names!r}:
    if os.fork() == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(name, repr(error), flush=True)
        os._exit(0)
    os.wait()
"""

LISTING = """
import json, sys
sys.argv = ["course", "list"]
from course.cli.main import entry
try:
    entry()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a process that knows the checkout and nothing else of this one."""
    paths = f"{ROOT}:{ROOT / 'sandboxes'}"
    return subprocess.run(
        [sys.executable, "-B", "-c", code],
        env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def loaded(*names: str) -> set[str]:
    """Import modules in a fresh process and return the top-level names it then holds."""
    ran = python(LOADED.format(names=names))
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


def is_standard(name: str) -> bool:
    """Tell a module of Python itself, or one that an environment loads at its start."""
    return name in sys.stdlib_module_names or name.startswith("_")


def test_every_module_can_be_imported_first():
    ran = python(ALONE.format(names=modules("course")))
    assert (ran.stdout, ran.returncode) == ("", 0), ran.stdout + ran.stderr


def test_model_and_errors_need_only_the_standard_library():
    at_start = loaded()
    foreign = loaded("course.errors", *modules("course/model")) - at_start - {"course"}
    assert not {name for name in foreign if not is_standard(name)}


def test_the_bootstrap_needs_only_the_standard_library():
    foreign = loaded("course.bootstrap") - loaded() - {"course"}
    assert not {name for name in foreign if not is_standard(name)}


def test_importing_the_command_line_loads_nothing_heavy():
    assert not loaded("course.cli.main") & HEAVY


def test_listing_the_lessons_loads_nothing_heavy(tmp_path):
    ran = python(LISTING, HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    assert not set(json.loads(ran.stderr.splitlines()[-1])) & HEAVY


@pytest.mark.parametrize("floor", ["content", "judge", "report", "runs", "sandbox", "storage"])
def test_a_floor_under_the_screen_loads_no_screen(floor):
    assert not loaded(*modules(f"course/{floor}")) & {"textual", "rich"}


def test_the_learners_process_loads_only_the_standard_library():
    foreign = loaded(*(name.partition(".")[2] for name in modules("sandboxes/runner"))) - loaded()
    assert not {name for name in foreign if not is_standard(name)} - {"runner"}


@pytest.mark.parametrize(
    ("here", "there"),
    [("sandboxes", {"course"}), ("lessons", {"course"}), ("course", {"agent", "lab", "runner"})],
)
def test_the_two_ends_of_the_wire_share_no_code(here, there):
    crossing = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files(here)
        if "exercises" not in path.parts or not path.name.startswith("test_")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {name.partition(".")[0] for name in imported(node)} & there
    ]
    assert crossing == []


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names]
