"""The docs name what exists, and point at what exists."""

import ast
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course import errors
from course.model import event
from tests.house.source import ROOT, name_of, tree_of

WORDS = re.findall(
    r"\w+",
    "course lesson step lab node trigger gauge event experiment exercise starter solution mutant "
    "check verdict sandbox agent runner judge submission recording",
)
GETTERS = {
    "text", "texts", "whole", "number", "table", "tables", "identifier", "json", "span", "flag"
}  # fmt: skip
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "sandboxes").glob("**/*.md"),
]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_defines_every_word(word):
    assert f"| **{word}** |" in read("docs/glossary.md")


def test_the_docs_name_every_error_with_its_exit_code():
    rows = rows_of("docs/errors.md")
    for error in [errors.CourseError, *every_subclass(errors.CourseError)]:
        assert rows.get(error.__name__, ["undocumented"])[0] == str(error.exit_code), error


def test_the_drawing_of_the_errors_is_complete():
    drawn = set(re.findall(r"\b[A-Z]\w+", errors.__doc__ or ""))
    assert {error.__name__ for error in every_subclass(errors.CourseError)} <= drawn


def test_the_wire_page_names_every_event_and_what_it_carries():
    rows = rows_of("sandboxes/README.md")
    for kind in every_subclass(event.Event):
        if not kind.kind:
            continue
        carried = " ".join(rows.get(kind.kind, []))
        named = set(re.findall(r"`(\w+)(?:\[\])?`", carried))
        own = {one.name for one in dataclasses.fields(kind)} - {"seq", "t"}
        assert own <= named, f"{kind.kind}: {own - named}"


def test_the_authoring_page_names_every_manifest_key():
    page = read("docs/authoring.md")
    keys = {
        node.args[0].value
        for node in ast.walk(tree_of(ROOT / "course" / "content" / "manifest.py"))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in GETTERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(keys) > 20
    missing = [key for key in keys if not re.search(rf"^(\[+.*)?{key}\b", page, re.MULTILINE)]
    missing = [key for key in missing if not re.search(rf"^\[\[?[\w.]*\b{key}\]", page, re.M)]
    assert missing == []


def test_the_docs_name_every_command_and_no_other():
    said = subprocess.run(
        [sys.executable, "-m", "course", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    commands = set(re.findall(r"^ {4}([a-z]+)  ", said.stdout, re.MULTILINE))
    shown = set(re.findall(r"`course ([a-z]+)", read("README.md")))
    assert commands == shown


def test_every_page_is_reached_from_the_readme():
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    lost = [page for page in Path(ROOT / "docs").glob("*.md") if f"{page.name})" not in text]
    assert lost == []


def read(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def rows_of(name: str) -> dict[str, list[str]]:
    """The rows of a page's tables whose first cell is a word of code."""
    rows: dict[str, list[str]] = {}
    for line in read(name).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if (named := re.fullmatch(r"`(\w+)`", cells[0].strip("| "))) and len(cells) > 1:
            rows[named[1]] = cells[1:]
    return rows


def every_subclass(kind: type) -> list[type]:
    """A class's descendants."""
    return [one for child in kind.__subclasses__() for one in (child, *every_subclass(child))]
