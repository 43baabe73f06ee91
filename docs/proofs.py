"""Write coverage.md from the lessons' folders, and cheats.md from what `course verify --json` said.

python -m docs.proofs                     # coverage.md
python -m docs.proofs RESULTS.jsonl…      # cheats.md as well; later lines replace earlier ones
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from course.content.catalog import Catalog
from course.content.folders import find_course
from course.model.lesson import Exercise
from course.runs.cheats.kinds import KINDS, MEANINGS

DOCS = Path(__file__).resolve().parent
SHORT = {"does not apply": "–", "unobserved": "unobserved", "not provable here": "not provable"}

COVERAGE = """# What the exercises' tasks state, and who holds them to it

Written by `python -m docs.proofs` from the `rules.toml` of each exercise; a test keeps it up to
date. Each rule is a piece of the task's text; its mutants break it, and must fail in one of its
tests ([authoring](authoring.md)). Right answers are in other styles than the solution, and must
pass.
"""
CHEATS = """# The cheating oracle

Written by `python -m docs.proofs RESULTS` from what `course verify --json` said. For each exercise,
submissions are made up that are wrong and try to be judged right all the same, each around the
starter or a mutant of the exercise ([authoring](authoring.md) says what each kind does).
`12 failed` are twelve such submissions, all of which failed, as they must; `–` means that the kind
does not apply, for a reason below the table. `kept` are the cheats in the exercise's folder.
"""


def exercises() -> list[Exercise]:
    """Every exercise of the course, in order."""
    return [one for lesson in Catalog(find_course()).lessons for one in lesson.exercises]


def coverage() -> str:
    """The page about rules."""
    found = [one for one in exercises() if one.rules]
    counts = [
        f"| [{one.slug}](#{one.slug.replace('/', '')}) | {len(one.rules)} | {len(one.mutants)} |"
        f" {len(_tests(one))} | {len(one.rights)} | {len(one.cheats)} |"
        for one in found
    ]
    head = ["| exercise | rules | mutants | tests | right answers | cheats |", "| --- " * 6 + "|"]
    return "\n".join([COVERAGE, *head, *counts, "", *(_rules_of(one) for one in found)])


def _rules_of(exercise: Exercise) -> str:
    rows = [
        f"| `{rule.id}` | {_words(rule.mutants)} | {_words(_plain(rule.tests))} |"
        for rule in exercise.rules
    ]
    rights = _words(one.name for one in exercise.rights) or "none yet"
    head = ["| rule | mutants | tests |", "| --- | --- | --- |"]
    parts = [f"## {exercise.slug}", "", *head, *rows, "", f"Right answers: {rights}."]
    if exercise.unobserved:
        parts.append(f"Unobserved: {exercise.unobserved}.")
    return "\n".join([*parts, ""])


def cheats(lines: Iterable[str]) -> str:
    """The page about cheats; an exercise's later results replace its earlier ones."""
    proofs = _latest([json.loads(line) for line in lines if line.strip()])
    kinds = (*KINDS, "kept")
    rows, reasons = [], []
    for one in exercises():
        own = [proof for proof in proofs if (proof["lesson"], proof["exercise"]) == _key(one)]
        cells = [_cell([proof for proof in own if proof["cheat"] == kind]) for kind in kinds]
        where = ", ".join(sorted({proof["sandbox"] for proof in own})) or "not run"
        rows.append(f"| {one.slug} | {' | '.join(cells)} | {where} |")
        reasons += [
            f"- {one.slug}, {proof['cheat']}: {proof['note']}" for proof in own if proof["note"]
        ]
    head = [f"| exercise | {' | '.join(kinds)} | sandbox |", "| --- " * (len(kinds) + 2) + "|"]
    meanings = [f"- **{kind}**: {MEANINGS[kind]}" for kind in KINDS]
    return "\n".join(
        [CHEATS, *meanings, "", *head, *rows, "", "## Why not", "", *dict.fromkeys(reasons), ""]
    )


def _latest(proofs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each claim about a cheat in a sandbox, the last proof that came to a verdict."""
    about = [proof for proof in proofs if proof["cheat"]]
    judged = {_claim(proof) for proof in about if _is_judged(proof)}
    kept = [proof for proof in about if _is_judged(proof) or _claim(proof) not in judged]
    return list({(*_claim(one), one["sandbox"]): one for one in kept}.values())


def _claim(proof: dict[str, Any]) -> tuple[str, str]:
    return proof["lesson"], proof["claim"]


def _is_judged(proof: dict[str, Any]) -> bool:
    return bool(proof["holds"] or "it passed" in proof["evidence"])


def _cell(proofs: Sequence[dict[str, Any]]) -> str:
    run = [proof for proof in proofs if not proof["note"]]
    if not run:
        notes = {proof["note"].partition(":")[0] for proof in proofs}
        return ", ".join(sorted(SHORT.get(note, note) for note in notes)) or "not run"
    doubtful = [proof for proof in run if not proof["holds"]]
    passed = [proof for proof in doubtful if _is_judged(proof)]
    counts = [
        (len(run) - len(doubtful), "failed"),
        (len(passed), "passed wrongly"),
        (len(doubtful) - len(passed), "not judged"),
    ]
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def _key(exercise: Exercise) -> tuple[str, str]:
    return exercise.lesson, exercise.id


def _tests(exercise: Exercise) -> set[str]:
    return {name for rule in exercise.rules for name in rule.tests}


def _plain(tests: Iterable[str]) -> Iterator[str]:
    yield from (name.removeprefix("test_") for name in tests)


def _words(names: Iterable[str]) -> str:
    return ", ".join(names)


def main(files: Sequence[str]) -> None:
    """Write the pages."""
    (DOCS / "coverage.md").write_text(coverage(), encoding="utf-8")
    if files:
        lines = [line for name in files for line in Path(name).read_text("utf-8").splitlines()]
        (DOCS / "cheats.md").write_text(cheats(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
