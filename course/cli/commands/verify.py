"""`course verify`: prove lessons in a real sandbox."""

import argparse
import dataclasses
from collections.abc import Iterator
from functools import partial

from course.cli.output import explain, show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.content.naming import find_exercise, find_lesson
from course.content.static import course_problems
from course.errors import LessonError
from course.model.lesson import Exercise, Lesson
from course.model.proof import Proof
from course.report.proofs import proof_line, summary_line
from course.runs.cheats.kinds import KINDS
from course.runs.cheats.recording import record
from course.runs.verify.effort import FIRST_SEED, FUNCTION_SEEDS, PARTS, Effort
from course.runs.verify.oracle import Oracle
from course.runs.verify.trials import Checker, Trials
from course.runs.verify.verifier import Verifier

Chosen = tuple[Lesson, tuple[Exercise, ...]]
"""A lesson, and which of its exercises; none of them means all of the lesson."""


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add(
        "verify",
        "prove that lessons do what they say",
        run,
        more="Runs each lesson alone, fires every trigger, waits for every gauge, runs every"
        " experiment on several seeds, and holds starters, solutions, right answers, mutants and"
        " cheats to their tests.",
    )
    parser.add_argument(
        "lessons", metavar="LESSON", nargs="*", help="number, slug, or lesson/exercise; all if none"
    )
    option = commands.option
    option(parser, "--seeds", metavar="N", type=int, default=5, help="seeds for experiments (5)")
    option(parser, "--seed", metavar="N", type=int, help="judge answers on this seed alone")
    option(parser, "--jobs", metavar="N", type=int, default=2, help="checks at once (2)")
    option(
        parser, "--cheat", action="append", choices=KINDS, metavar="KIND",
        help=f"only these kinds of cheats: {', '.join(KINDS)}",
    )  # fmt: skip
    option(parser, "--bases", metavar="N", type=int, help="wrong answers under each kind of cheat")
    option(
        parser, "--only", action="append", choices=PARTS, metavar="PART",
        help=f"one of {', '.join(PARTS)}; may be given again",
    )  # fmt: skip
    how = parser.add_mutually_exclusive_group()
    option(how, "--quick", action="store_true", help="one seed, no mutants and no cheats")
    option(
        how, "--thorough", action="store_true",
        help="every answer on 20 seeds, of programs and servers on 5",
    )  # fmt: skip


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    chosen = list(_chosen(options.lessons, wiring))
    effort = _effort(options)
    trials = Trials(lambda: _checker(wiring, effort), effort.jobs)
    recorded = partial(record, wiring.sandboxes, wiring.judge())
    oracle = Oracle(trials, recorded, effort)
    verifier = Verifier(wiring.sandboxes, trials, oracle, wiring.sandboxes.left_over, effort)
    proofs: list[Proof] = []
    try:
        for lesson, exercises in chosen:
            for proof in verifier.verify(lesson, exercises):
                proofs.append(proof)
                _show(proof, as_json=options.json)
    finally:
        trials.close()
    (explain if options.json else _say)(summary_line(proofs))
    return 0 if all(proof.holds for proof in proofs) else 1


def _checker(wiring: Wiring, effort: Effort) -> Checker:
    if effort.thorough:
        return wiring.checker_of_many(FUNCTION_SEEDS)
    return wiring.checker(ahead=True, many=True)


def _effort(options: argparse.Namespace) -> Effort:
    experiments = 1 if options.quick else max(1, options.seeds)
    return Effort(
        experiments=range(FIRST_SEED, FIRST_SEED + experiments),
        parts=frozenset(options.only or PARTS),
        with_mutants=not options.quick,
        thorough=options.thorough,
        seed=options.seed,
        jobs=options.jobs,
        most_bases=options.bases,
        kinds=options.cheat or KINDS,
    )


def _show(proof: Proof, *, as_json: bool) -> None:
    if as_json:
        show_json(dataclasses.asdict(proof))
    else:
        show([proof_line(proof)])


def _say(line: str) -> None:
    show([line])


def _chosen(names: list[str], wiring: Wiring) -> Iterator[Chosen]:
    catalog = wiring.catalog
    problems = (*catalog.problems, *course_problems(catalog.lessons))
    if problems and not names:
        raise LessonError(
            "Some lessons cannot be read.", "Mend these first.", "\n".join(map(str, problems))
        )
    if not names:
        yield from ((lesson, ()) for lesson in catalog.lessons)
    for name in names:
        if "/" in name:
            exercise = find_exercise(catalog.lessons, name)
            yield find_lesson(catalog.lessons, exercise.lesson), (exercise,)
        else:
            yield find_lesson(catalog.lessons, name), ()
