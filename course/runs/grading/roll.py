"""A CSV that says who handed in what: the instructor's own, with whatever columns it has."""

import csv
import io
from itertools import islice
from pathlib import Path

from course.errors import StorageError, UsageError
from course.model.grade import Learner
from course.storage.regular import read_regular

LARGEST = 8 << 20
MOST_COLUMNS, MOST_ROWS = 1_000, 50_000
PATHS = ("path", "file", "submission")
IDS = ("learner", "id", "username", "sis user id", "sis login id", "id number", "student_id",
       "email address", "email", "student", "name")  # fmt: skip
NAMES = ("name", "student", "full name")
EMAILS = ("email", "email address")


def read_roll(file: Path) -> list[tuple[Learner, Path, str]]:
    """Each row as learner, path and line for complaints; raises UsageError."""
    rows = _rows(file)
    header = {name.casefold().strip(): name for name in rows[0]} if rows else {}
    path_column = _first(header, PATHS)
    id_column = _first(header, IDS)
    if not path_column or not id_column:
        raise UsageError(
            f"{file} does not say who handed in what.",
            f"It needs a column {' or '.join(PATHS)}, and one of: {', '.join(IDS)}.",
        )
    found = []
    for number, row in enumerate(rows, start=2):
        where = f"{file}:{number}"
        given = (row.get(path_column) or "").strip()
        learner = _learner(row, header, id_column)
        if not learner.id or not given:
            raise UsageError(f"{where} has no {id_column if given else path_column}.")
        found.append((learner, (file.parent / given), where))
    return found


def _rows(file: Path) -> list[dict[str, str]]:
    """The rows by the header's names, what is empty or beside the header left out."""
    try:
        content = read_regular(file, LARGEST)
        if b"\0" in content:
            raise UsageError(f"{file} is no CSV in UTF-8: it has NUL bytes.")
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        header = next(rows, [])
        if len(header) > MOST_COLUMNS:
            raise UsageError(f"{file} has {len(header)} columns; {MOST_COLUMNS} are read.")
        listed = list(islice(filter(None, rows), MOST_ROWS + 1))
        if len(listed) > MOST_ROWS:
            raise UsageError(f"{file} has more than {MOST_ROWS} rows.")
        return [
            {key: value for key, value in zip(header, row, strict=False) if key} for row in listed
        ]
    except StorageError as error:
        raise UsageError(error.summary) from error
    except (UnicodeError, csv.Error) as error:
        raise UsageError(f"{file} is no CSV in UTF-8: {error}.") from error


def _learner(row: dict[str, str], header: dict[str, str], id_column: str) -> Learner:
    return Learner(
        id=(row.get(id_column) or "").strip(),
        name=(row.get(_first(header, NAMES)) or "").strip(),
        email=(row.get(_first(header, EMAILS)) or "").strip(),
        columns=tuple(row.items()),
    )


def _first(header: dict[str, str], names: tuple[str, ...]) -> str:
    return next((header[name] for name in names if name in header), "")
