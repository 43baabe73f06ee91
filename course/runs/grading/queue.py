"""Grading on more than one computer: tasks go out over a broker, grades come back through it.

The broker is Redis, the engine dramatiq. A task is delivered at least once; a worker that dies has
its tasks given to another within seconds. A grade is kept under what it was made of, and only the
first one for that is, so that none comes twice.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from course.errors import CourseError, UsageError
from course.model.grade import Grade, Graded, Isolation, Learner
from course.model.json import Fields
from course.model.lesson import Exercise
from course.runs.grading.digests import digest_files, digest_of, digest_tests
from course.runs.grading.folders import Files
from course.runs.grading.grader import Terms, take_in
from course.runs.grading.layout import Scope
from course.runs.grading.record import read_graded
from course.runs.grading.submissions import Entry, Task

NAMESPACE = "course-grading"
QUEUE = "grading"
ACTOR = "grade"
HEARTBEAT_MS = 5_000  # a worker that is silent for longer is dead
EVERY_COMMAND = 1_000_000  # of a million: look for dead workers whenever there is something to do
KEPT_SECONDS = 7 * 24 * 3600
POLL_SECONDS = 0.2
SILENCE_SECONDS = 30.0  # until somebody is told
MOST_AT_ONCE = 500  # results asked for in one go
INSTALL = "pip install 'scalability-course[distributed]'"

Redis = Any
Broker = Any
Waiting = dict[str, tuple[Task, str]]  # and the digest of the files that were sent


@dataclass(frozen=True, slots=True)
class SentTask(Task):
    """A task whose files came over the broker."""

    sent: tuple[tuple[str, bytes], ...] = ()

    def files(self) -> Files:
        """What was sent."""
        return dict(self.sent)


def connect(url: str) -> tuple[Broker, Redis]:
    """Broker and the store behind it; raises UsageError when there is none."""
    try:
        import redis
        from dramatiq.brokers.redis import RedisBroker
    except ImportError as error:
        raise UsageError("Grading on several computers needs a library.", INSTALL) from error
    try:
        client = redis.Redis.from_url(url, socket_timeout=30, socket_connect_timeout=5)
        client.ping()
        broker = RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq annotates it no further
            url=url,
            namespace=NAMESPACE,
            heartbeat_timeout=HEARTBEAT_MS,
            maintenance_chance=EVERY_COMMAND,
        )
    except (redis.RedisError, ValueError) as error:
        raise UsageError(
            f"There is no broker: {error}.",
            "--broker takes redis://HOST:PORT, and Redis runs there.",
        ) from error
    broker.declare_queue(QUEUE)
    return broker, client


def results_of(batch: str) -> str:
    """Where a batch's grades wait to be collected."""
    return f"{NAMESPACE}:results:{batch}"


def key_of(task_id: str, submission: str, exercise: Exercise, source: str) -> str:
    """What a grade is made of: whose, which files, which exercise and tests, which sandbox."""
    return digest_of([task_id, submission, exercise.slug, digest_tests(exercise), source])


class Collector:
    """Sends tasks out and yields their grades; a `Pool`.

    Args:
        url: Of the broker.
        batch: The batch's id; a resumed one finds what came while nobody was there.
        terms: Of the batch.
        source: Digest of the sandbox that workers must have.
        notice: Told when nothing comes for a while.
    """

    def __init__(
        self,
        url: str,
        *,
        batch: str,
        terms: Terms,
        source: str,
        notice: Callable[[str], None],
    ) -> None:
        self._broker, self._client = connect(url)
        self._batch = batch
        self._terms = terms
        self._source = source
        self._notice = notice

    def __call__(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Graded]]:
        """Every task with its grade, as they are done."""
        waiting: Waiting = {}
        for task in tasks:
            files, unseen = take_in(task, self._terms)
            if unseen is not None:
                yield task, unseen
                continue
            digest = digest_files(files)
            key = key_of(task.id, digest, task.exercise, self._source)
            waiting[key] = (task, digest)
            if not self._client.hexists(results_of(self._batch), key):
                self._send(key, task, files)
        yield from self._collect(waiting)
        self._client.delete(results_of(self._batch))

    def _collect(self, waiting: Waiting) -> Iterator[tuple[Task, Graded]]:
        heard = time.monotonic()
        while waiting:
            keys = list(waiting)[:MOST_AT_ONCE]
            came = self._client.hmget(results_of(self._batch), keys)
            for key, line in zip(keys, came, strict=True):
                if line is not None:
                    heard = time.monotonic()
                    task, digest = waiting.pop(key)
                    yield task, _received(line, task, digest)
            if time.monotonic() - heard > SILENCE_SECONDS:
                heard = time.monotonic()
                self._notice(
                    f"{len(waiting)} left, and nothing comes. Is a `course worker` running?"
                )
            # Those that were asked for go to the end, so that all have their turn.
            waiting |= {key: waiting.pop(key) for key in keys if key in waiting}
            time.sleep(0 if any(came) else POLL_SECONDS)

    def _send(self, key: str, task: Task, files: Mapping[str, bytes]) -> None:
        from dramatiq import Message

        work: Fields = {
            "batch": self._batch,
            "key": key,
            "learner": asdict(task.entry.learner),
            "place": task.entry.name,
            "exercise": task.exercise.slug,
            "tests": digest_tests(task.exercise),
            "source": self._source,
            "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
            "seed": self._terms.seed,
            "partial": self._terms.partial,
            "isolation": self._terms.isolation,
        }
        message: Message[None] = Message(
            queue_name=QUEUE, actor_name=ACTOR, args=(work,), kwargs={}, options={}
        )
        self._broker.enqueue(message)


def task_of(work: Mapping[str, Any], exercise: Exercise) -> SentTask:
    """The task that was sent."""
    told = dict(work["learner"])
    columns = tuple((str(name), str(value)) for name, value in told.pop("columns"))
    entry = Entry(Learner(**told, columns=columns), Path(str(work["place"])), Path())
    files = tuple((str(name), base64.b64decode(data)) for name, data in work["files"].items())
    return SentTask(entry, exercise, Scope((exercise,)), sent=files)


def terms_of(work: Mapping[str, Any], image: str, tool: str) -> Terms:
    """The batch's terms, on this computer."""
    isolation = cast("Isolation", str(work["isolation"]))
    return Terms(int(work["seed"]), bool(work["partial"]), isolation, image, tool)


def _received(line: bytes, task: Task, digest: str) -> Graded:
    """A worker's grade, held against what was asked for."""
    graded = read_graded(json.loads(line))
    grade = graded.grade
    asked = (task.entry.learner, task.exercise.slug, digest)
    if _about(grade) != asked or grade.tests_digest != digest_tests(task.exercise):
        raise CourseError("The broker gave a grade of other work than it was sent.", "Who uses it?")
    return graded


def _about(grade: Grade) -> tuple[Learner, str, str]:
    return (grade.learner, grade.exercise, grade.submission)
