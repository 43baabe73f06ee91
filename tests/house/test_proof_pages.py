"""The generated pages about rules and cheats are those of the lessons that exist."""

import json

from course.runs.cheats.kinds import KINDS
from docs.proofs import cheats, coverage, exercises
from tests.house.source import ROOT


def page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_page_about_rules_is_up_to_date():
    assert page("coverage.md") == coverage(), "run: python -m docs.proofs"


def test_the_page_about_cheats_has_every_exercise_and_every_kind():
    rows = [line.split(" | ") for line in page("cheats.md").splitlines() if line.startswith("| ")]
    head = next(row for row in rows if row[0] == "| exercise")
    assert head[1 : 1 + len(KINDS)] == list(KINDS)
    named = {row[0].removeprefix("| "): row[1:] for row in rows if "/" in row[0]}
    assert list(named) == [one.slug for one in exercises()]
    for slug, cells in named.items():
        assert "passed wrongly" not in " ".join(cells), slug


def test_a_later_proof_replaces_an_earlier_one_and_what_passed_is_told():
    one = exercises()[0]
    proof = {"lesson": one.lesson, "exercise": one.id, "cheat": "clocks", "sandbox": "docker"}
    proof |= {"note": "", "evidence": ""}
    lines = [
        {**proof, "claim": "a", "holds": False, "evidence": "seed 1: it passed"},
        {**proof, "claim": "a", "holds": True},
        {**proof, "claim": "b", "holds": False, "evidence": "seed 1: it passed"},
        {**proof, "claim": "c", "holds": False, "evidence": "seed 1: it ended in an error"},
        {**proof, "claim": "d", "cheat": "heal", "holds": True, "note": "does not apply: no rig"},
    ]
    text = cheats(map(json.dumps, lines))
    row = next(line for line in text.splitlines() if line.startswith(f"| {one.slug} "))
    cells = row.strip("| ").split(" | ")
    assert cells[1] == "1 failed, 1 passed wrongly, 1 not judged"
    assert cells[1 + KINDS.index("heal")] == "–"
    assert cells[1 + KINDS.index("table")] == "not run"
    assert cells[-1] == "docker"
    assert f"- {one.slug}, heal: does not apply: no rig" in text
