"""Grades in a MongoDB collection: one document for each piece of work, whoever writes it."""

from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from course.errors import StorageError, UsageError
from course.model.grade import Graded
from course.runs.grading.digests import digest_of
from course.runs.grading.record import graded_fields

SECONDS_MS = 5_000
DATABASE, COLLECTION = "course", "grades"


class MongoResults:
    """Writes grades that are not there yet.

    Args:
        collection: Where they go.
    """

    def __init__(self, collection: Any) -> None:  # noqa: ANN401  pymongo's, or a stand-in's
        self._collection = collection

    def add(self, graded: Graded) -> bool:
        """Keep a grade; False when the same work has one."""
        import pymongo.errors

        grade = graded.grade
        made_of = [grade.learner.id, grade.exercise, grade.submission, grade.tests_digest]
        key = digest_of([*made_of, grade.image, grade.seed, grade.outcome == "error"])
        try:
            done = self._collection.update_one(
                {"_id": key}, {"$setOnInsert": graded_fields(graded)}, upsert=True
            )
        except pymongo.errors.PyMongoError as error:
            raise StorageError(f"The grades' database cannot be written: {error}.") from error
        return done.upserted_id is not None

    def __enter__(self) -> "MongoResults":
        """As it is."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self._collection.database.client.close()


def connect_results(url: str) -> MongoResults:
    """The collection `grades` of the database in a mongodb:// address; raises UsageError."""
    import pymongo
    import pymongo.errors

    if urlsplit(url).scheme not in {"mongodb", "mongodb+srv"}:
        raise UsageError(
            "--results takes mongodb://HOST:PORT/DATABASE.",
            "Files need no option: they are in the batch's own folder, see --work.",
        )
    try:
        client: Any = pymongo.MongoClient(url, serverSelectionTimeoutMS=SECONDS_MS)
        client.admin.command("ping")
        return MongoResults(client.get_default_database(DATABASE)[COLLECTION])
    except pymongo.errors.PyMongoError as error:
        raise UsageError(f"There is no database for the grades: {error!s:.200}.") from error
