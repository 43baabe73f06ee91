"""What must be nowhere in the code: places of one machine, and doors for hostile input."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, name_of, python_files, tree_of

# Written in two halves, so that this file is not its own first finding.
MACHINE = re.compile(
    "|".join(["/wo" + "rk/(main|shared)", "/opt/" + "pypi", "pypi" + r"\.org", "python" + "hosted"])
)
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".yml",
    ".yaml",
    ".json",
    ".conf",
    ".tcss",
    ".svg",
    "",
}
LEFT_OUT = {"dist", "build", "__pycache__"}
DOTTED = {".ci", ".github", ".gitignore"}
CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "yaml.load", "marshal.loads"}
MODULES = {"pickle", "marshal", "shelve", "dill"}

# Lesson and learner code is what these are for; it is confined, and no door for anybody else.
LOADERS = {
    "sandboxes/runner/loading.py": "loads the submission, in the process that is made to hold it",
}


def text_files() -> Iterator[Path]:
    """Every text file of the checkout that could be committed."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        hidden = any(part in LEFT_OUT or (part[0] == "." and part not in DOTTED) for part in inside)
        if not hidden and path.is_file() and path.suffix in TEXT:
            yield path


def test_no_file_knows_the_machine_it_was_written_on():
    found = [
        f"{name_of(path)}: {match.group()}"
        for path in text_files()
        if (match := MACHINE.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_a_lock_is_hashed_and_names_no_place_to_download_from(lock):
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    pinned = re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)
    assert pinned
    assert all(
        "--hash=sha256:" in entry for entry in re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    )


def test_no_code_turns_input_into_code():
    found = [
        f"{name_of(path)}:{line} {what}"
        for path in python_files("course", "sandboxes/agent", "sandboxes/runner", "sandboxes/mongo")
        if name_of(path) not in LOADERS
        for line, what in doors(tree_of(path))
    ]
    assert found == []


def test_every_loader_still_exists():
    assert [name for name in LOADERS if not (ROOT / name).is_file()] == []


def doors(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every call or import by which data could become code or a shell command."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if (called := ast.unparse(node.func)) in CALLS:
                yield node.lineno, called
            if any(key.arg == "shell" and not is_false(key.value) for key in node.keywords):
                yield node.lineno, "shell="
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            for module in {*names, getattr(node, "module", None)} & MODULES:
                yield node.lineno, f"import {module}"


def is_false(node: ast.expr) -> bool:
    """Tell a literal False."""
    return isinstance(node, ast.Constant) and node.value is False
