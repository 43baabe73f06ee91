"""`course grade`: judge other people's code, and write the grades as gradebooks want them."""

import argparse
from contextlib import ExitStack, closing
from pathlib import Path

from course.cli.grading import (
    elsewhere,
    find_tasks,
    find_walls,
    make_pool,
    open_ledger,
    terms_of,
    tool,
    write_report,
)
from course.cli.output import show, show_json
from course.cli.parser import Commands
from course.cli.progress import Progress
from course.cli.wiring import Wiring
from course.errors import UsageError
from course.model.grade import Graded
from course.report.grades.formats import FORMATS
from course.report.grades.replays import replay_json, replay_lines
from course.runs.grading.batch import Batch, Pool
from course.runs.grading.grader import Terms
from course.runs.grading.hands import LocalHand
from course.runs.grading.mongo_results import connect_results
from course.runs.grading.receipt import find_key, read_receipt
from course.runs.grading.replay import find_work, replay
from course.runs.grading.scope import find_scope
from course.runs.grading.submissions import Task

SOME_ERRORS = OTHER_RESULT = 1
MORE = """PATH is a folder with one folder, archive or file per learner, an archive of such a
folder, or a CSV with a column `path`. Exit codes: 0 all graded, whatever the marks; 1 some could
not be judged; 2 the command line is off; 3 no sandbox."""


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add("grade", "judge other people's submissions", run, more=MORE)
    parser.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="what to grade")
    option = commands.option
    option(parser, "--exercise", metavar="EXERCISE", default="", help="this exercise alone")
    option(parser, "--lesson", metavar="LESSON", default="", help="this lesson's exercises")
    option(parser, "--learner", metavar="ID", default="", help="PATH is the work of this one")
    option(parser, "--format", choices=tuple(FORMATS), default="json", help="of the report")
    option(parser, "--output", metavar="FILE", type=Path, help="instead of stdout")
    option(parser, "--column", metavar="NAME", default="", help="one column for all, so named")
    option(parser, "--points", action="store_true", help="partial credit by the tests' points")
    option(parser, "--jobs", metavar="N", type=int, default=0, help="at a time (one per core)")
    option(parser, "--isolation", choices=("container", "fast"), default="container",
           help="a container, or a user in one, for each submission")  # fmt: skip
    option(parser, "--seed", metavar="N", type=int, help="of the inputs, which all learners share")
    option(parser, "--resume", action="store_true", help="go on where a batch was interrupted")
    option(parser, "--work", metavar="DIR", type=Path, help="where grades are kept meanwhile")
    option(parser, "--broker", metavar="URL", default="", help="let `course worker`s do the work")
    option(parser, "--results", metavar="URL", default="", help="a MongoDB to keep grades in too")
    option(parser, "--replay", metavar="RECEIPT", type=Path, help="grade again what it is about")
    option(parser, "--trust-submissions", action="store_true",
           help="grade without walls where there is no Docker; marks every row")  # fmt: skip


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do it."""
    if options.replay is not None:
        return run_replay(options, wiring)
    if not options.paths:
        raise UsageError("What is to be graded?", "course grade PATH… --exercise LESSON/EXERCISE")
    tasks = find_tasks(options, wiring)
    walls = elsewhere(options) if options.broker else find_walls(options, wiring)
    with ExitStack() as opened:
        ledger = opened.enter_context(closing(open_ledger(options, wiring, tasks, walls)))
        keep = [opened.enter_context(connect_results(options.results))] if options.results else []
        terms = terms_of(ledger, walls, options)
        batch = Batch(tasks, ledger, terms)
        grade_all(batch, make_pool(options, wiring, ledger, terms, walls))
        for graded in batch.grades():
            for results in keep:
                results.add(graded)
        write_report(options, wiring, batch)
    return SOME_ERRORS if any(one.grade.outcome == "error" for one in batch.grades()) else 0


def run_replay(options: argparse.Namespace, wiring: Wiring) -> int:
    """Grade what a receipt is about once more, and compare."""
    vouched = read_receipt(options.replay, find_key(wiring.places.home))
    grade = vouched.grade
    root = options.paths[0].absolute() if options.paths else vouched.root
    lessons = wiring.catalog.lessons
    scopes = [find_scope(lessons, grade.exercise), find_scope(lessons)]
    options.isolation = grade.isolation if grade.isolation != "none" else "container"
    walls = find_walls(options, wiring)
    task = find_work(grade, scopes[0].exercises[0], scopes, root, wiring.openers.read)
    terms = Terms(grade.seed, grade.partial, walls.isolation, walls.image, tool())
    judge = wiring.judge()
    again = replay(vouched, task, terms, lambda same: LocalHand(walls.sandboxes, judge, same))
    if options.json:
        show_json(replay_json(again))
    else:
        show(replay_lines(again))
    return 0 if again.is_same else OTHER_RESULT


def grade_all(batch: Batch, pool: Pool) -> None:
    """Grade what is left, and say how far it is."""
    progress = Progress(batch.total, batch.total - batch.left)

    def tell(task: Task, graded: Graded) -> None:
        grade = graded.grade
        progress.step(f"{grade.outcome} {task.entry.learner.id} {grade.exercise}")

    with closing(progress):
        batch.run(pool, tell)
