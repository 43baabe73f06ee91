"""What `course grade` needs before and after it grades: walls, the batch's folder, the report."""

import argparse
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from course.cli.output import explain, show
from course.cli.progress import interrupt
from course.cli.wiring import Wiring
from course.errors import SandboxError, UsageError
from course.model.grade import Graded, Isolation
from course.model.json import Fields
from course.model.version import VERSION
from course.report.grades.formats import Format, find_format
from course.runs.grading.batch import Batch, Pool
from course.runs.grading.grader import Terms
from course.runs.grading.hands import LocalHand
from course.runs.grading.layout import Scope
from course.runs.grading.ledger import Ledger
from course.runs.grading.pool import grades
from course.runs.grading.receipt import find_key
from course.runs.grading.scope import find_scope
from course.runs.grading.submissions import Task, discover
from course.runs.grading.turns import EngineWatch, Turns
from course.runs.ports import Judge, Sandboxes
from course.storage.atomic import write_whole

SEED_BITS = 32


@dataclass(frozen=True, slots=True)
class Walls:
    """What stands between a submission and this computer."""

    sandboxes: Sandboxes
    isolation: Isolation
    image: str


def find_walls(options: argparse.Namespace, wiring: Wiring) -> Walls:
    """The sandbox to grade in; raises SandboxError where there is none that is one."""
    sandboxes = wiring.sandboxes
    found = sandboxes.report()
    if found.kind != "docker":
        if not options.trust_submissions:
            raise SandboxError(
                "Other people's code is graded in Docker only: without it, code runs with your own"
                f" rights on this computer ({found.why}).",
                "`course doctor` says what is missing. Or vouch for the code: --trust-submissions"
                " grades without walls and marks every row.",
            )
        explain("No walls: submissions run with your own rights. Every row says isolation: none.")
        return Walls(sandboxes, "none", found.image)
    isolation: Isolation = "none" if _is_weak(options) else options.isolation
    return Walls(sandboxes, isolation, found.image)


def _is_weak(options: argparse.Namespace) -> bool:
    """Whether a wall is missing and the code is vouched for; raises SandboxError when it is not."""
    from course.sandbox.engine import connect
    from course.sandbox.strength import weaknesses

    with closing(connect()) as engine:
        weak = "; ".join(weaknesses(engine))
    if weak and not options.trust_submissions:
        raise SandboxError(
            f"Other people's code is not graded on this engine: {weak}.",
            "`course doctor` says what is missing. Or vouch for the code: --trust-submissions.",
        )
    if weak:
        explain(f"Not every wall stands: {weak}. Every row says isolation: none.")
    return bool(weak)


def find_tasks(options: argparse.Namespace, wiring: Wiring) -> list[Task]:
    """What there is to grade."""
    scope = find_scope(wiring.catalog.lessons, options.exercise, options.lesson)
    folder = work_folder(options, wiring, scope) / "unpacked"
    numbers = iter(range(len(options.paths)))
    return discover(
        options.paths,
        scope,
        lambda: folder / str(next(numbers)),
        learner=options.learner,
        reading=wiring.openers,
    )


def work_folder(options: argparse.Namespace, wiring: Wiring, scope: Scope) -> Path:
    """Where a batch keeps its grades: the same for the same command."""
    if options.work is not None:
        chosen: Path = options.work.absolute()
        return chosen
    words = [*(os.path.abspath(path) for path in options.paths), options.learner]  # noqa: PTH100  links stay
    words += [exercise.slug for exercise in scope.exercises]
    name = hashlib.sha256("\n".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return wiring.places.home / "grading" / name


def open_ledger(
    options: argparse.Namespace, wiring: Wiring, tasks: Sequence[Task], walls: Walls
) -> Ledger:
    """The batch's book, new or resumed."""
    scope = tasks[0].scope
    header: Fields = {
        "id": None,
        "seed": options.seed,
        "isolation": walls.isolation,
        "partial": options.points,
        "exercises": [exercise.slug for exercise in scope.exercises],
    }
    folder = work_folder(options, wiring, scope)
    fresh: Fields = {"id": secrets.token_hex(8), "seed": secrets.randbits(SEED_BITS)}
    chosen = {name: fresh[name] for name in fresh if header[name] is None}
    return Ledger(folder, header, chosen, resume=options.resume)


def terms_of(ledger: Ledger, walls: Walls, options: argparse.Namespace) -> Terms:
    """What is the same for the whole batch."""
    return Terms(
        seed=int(str(ledger.header["seed"])),
        partial=options.points,
        isolation=walls.isolation,
        image=walls.image,
        tool=tool(),
    )


def tool() -> str:
    """Which version of us grades."""
    return f"scalability-course {VERSION}"


def make_pool(
    options: argparse.Namespace, wiring: Wiring, ledger: Ledger, terms: Terms, walls: Walls
) -> Pool:
    """Grades on this computer, or over the broker on others."""
    if options.broker:
        from course.runs.grading.queue import Collector
        from course.sandbox.material import source_digest

        batch, source = str(ledger.header["id"]), source_digest()
        return Collector(options.broker, batch=batch, terms=terms, source=source, notice=explain)
    make_hand, jobs = hands_for(walls, wiring.judge()), jobs_of(options)
    return lambda tasks: grades(tasks, lambda: make_hand(terms), jobs)


def hands_for(walls: Walls, judge: Judge) -> Callable[[Terms], LocalHand]:
    """Makes what grades on this computer; all of them wait for each other and for the engine."""
    turns, watch = Turns(), EngineWatch(walls.sandboxes.answers, interrupt)
    return lambda terms: LocalHand(walls.sandboxes, judge, terms, turns, watch)


def elsewhere(options: argparse.Namespace) -> Walls:
    """The walls are the workers' own; this computer runs none of the code."""
    from course.sandbox.choice import Chooser

    return Walls(Chooser("docker"), options.isolation, "")


def jobs_of(options: argparse.Namespace) -> int:
    """How many at a time."""
    if options.jobs < 0:
        raise UsageError("--jobs takes a number above 0.")
    cores = os.cpu_count() or 1
    if options.jobs > cores:
        explain(
            f"{options.jobs} jobs share {cores} processors: nothing is faster for it, and what "
            "nobody can judge in such company is judged again alone."
        )
    return options.jobs or cores


def write_report(options: argparse.Namespace, wiring: Wiring, batch: Batch) -> None:
    """The grades in the format asked for, and their receipts."""
    chosen = find_format(options.format, options.column)
    graded = batch.grades()
    receipts = batch.write_receipts(find_key(wiring.places.home))
    if options.output is None:
        _show(chosen, graded)
    else:
        _write(chosen, graded, options.output)
    summary = ", ".join(
        f"{sum(one.grade.outcome == name for one in graded)} {name}"
        for name in ("passed", "failed", "error")
    )
    explain(f"{summary}. Receipts: {receipts}")


def _show(chosen: Format, graded: Sequence[Graded]) -> None:
    text = chosen.whole(graded)
    show([text.rstrip("\n")] if text else [])


def _write(chosen: Format, graded: Sequence[Graded], output: Path) -> None:
    for path, text in chosen.files(graded, output):
        write_whole(path.absolute(), text.encode("utf-8", "backslashreplace"))
