"""`course verify`: prove lessons in a real sandbox."""

import argparse
import dataclasses

from course.cli.output import show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.content.naming import find_lesson
from course.content.static import course_problems
from course.errors import LessonError
from course.model.lesson import Lesson
from course.model.proof import Proof
from course.report.proofs import proof_line, summary_line
from course.runs.verify import Verifier

FIRST_SEED = 1


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add(
        "verify",
        "prove that lessons do what they say",
        run,
        more="Runs each lesson alone, fires every trigger, waits for every gauge, runs every"
        " experiment on several seeds, and holds starters, solutions and mutants to their tests.",
    )
    parser.add_argument("lessons", metavar="LESSON", nargs="*", help="number or slug; all if none")
    commands.option(
        parser, "--seeds", metavar="N", type=int, default=5, help="seeds for experiments (5)"
    )
    commands.option(parser, "--quick", action="store_true", help="one seed, and no mutants")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    lessons = _chosen(options.lessons, wiring)
    checker = wiring.checker(ahead=True)
    seeds = range(FIRST_SEED, FIRST_SEED + (1 if options.quick else max(1, options.seeds)))
    verifier = Verifier(
        wiring.sandboxes, checker.check, wiring.sandboxes.left_over, seeds, not options.quick
    )
    proofs: list[Proof] = []
    try:
        for lesson in lessons:
            for proof in verifier.verify(lesson):
                proofs.append(proof)
                if options.json:
                    show_json(dataclasses.asdict(proof))
                else:
                    show([proof_line(proof)])
    finally:
        checker.close()
    if not options.json:
        show([summary_line(proofs)])
    return 0 if all(proof.holds for proof in proofs) else 1


def _chosen(names: list[str], wiring: Wiring) -> tuple[Lesson, ...]:
    catalog = wiring.catalog
    problems = (*catalog.problems, *course_problems(catalog.lessons))
    if problems and not names:
        raise LessonError(
            "Some lessons cannot be read.", "Mend these first.", "\n".join(map(str, problems))
        )
    return tuple(find_lesson(catalog.lessons, one) for one in names) or catalog.lessons
