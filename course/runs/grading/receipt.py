"""Receipts: what a grade was made from, sealed so that no byte of it can be changed unnoticed.

The digest shows accidents to anybody; the seal, made with a key of the grading computer, shows
intent to whoever has the key.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from course.errors import StorageError, UsageError
from course.model.grade import Grade
from course.model.json import Fields
from course.runs.grading.digests import canonical, digest_of
from course.runs.grading.record import grade_fields, read_grade
from course.storage.atomic import write_whole
from course.storage.regular import read_regular

VERSION = 2
KEY_VARIABLE = "COURSE_GRADING_KEY"
KEY_BYTES = 32
LARGEST = 1 << 20
KEYS = {"version", "grade", "events", "root", "digest", "key", "seal"}


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a receipt vouches for.

    Args:
        grade: As it was given.
        events: The digest of the event log: of what was asked and answered on the way.
        root: Below which the submission was.
    """

    grade: Grade
    events: str
    root: Path


def with_receipt(grade: Grade) -> Grade:
    """The grade, naming the digest of its own receipt."""
    return replace(grade, receipt=_digest(grade))


def make_receipt(vouched: Vouched, key: bytes) -> bytes:
    """The receipt of a grade, as a file."""
    body: Fields = {
        "version": VERSION,
        "root": str(vouched.root),
        "grade": grade_fields(vouched.grade),
        "events": vouched.events,
        "digest": _digest(vouched.grade),
        "key": _name_of(key),
    }
    return json.dumps({**body, "seal": _seal(body, key)}, indent=1, sort_keys=True).encode() + b"\n"


def read_receipt(file: Path, key: bytes) -> Vouched:
    """What a receipt vouches for.

    Raises:
        UsageError: It vouches for nothing.
    """
    content = _content(file)
    fields = _fields(file, content)
    body = {name: value for name, value in fields.items() if name != "seal"}
    if fields["key"] != _name_of(key):
        raise UsageError(
            f"{file.name} was sealed with another key.",
            f"Replay it where it was made, or set {KEY_VARIABLE} to that computer's key.",
        )
    if not hmac.compare_digest(str(fields["seal"]), _seal(body, key)):
        raise UsageError(f"{file.name} has been changed: its seal does not fit.")
    grade = read_grade(cast("Fields", fields["grade"]))
    vouched = Vouched(grade, str(fields["events"]), Path(str(fields["root"])))
    if make_receipt(vouched, key) != content:
        raise UsageError(f"{file.name} has been changed: it is not as it was written.")
    return vouched


def receipt_name(grade: Grade) -> str:
    """A file name that says whose it is, and is nobody else's."""
    words = re.sub(r"[^A-Za-z0-9._-]+", "_", f"{grade.learner.id}--{grade.exercise}")[:120]
    own = hashlib.sha256(
        f"{grade.learner.id}\n{grade.exercise}".encode("utf-8", "surrogatepass")
    ).hexdigest()[:8]
    return f"{words.lstrip('.')}-{own}.json"


def find_key(home: Path) -> bytes:
    """The key of this computer, or the one in COURSE_GRADING_KEY; made when there is none."""
    given = os.environ.get(KEY_VARIABLE, "")
    file = home / "grading.key"
    try:
        if not given and not file.exists():
            write_whole(file, secrets.token_hex(KEY_BYTES).encode())
            file.chmod(0o600)
        key = bytes.fromhex(given or file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise StorageError("The key that seals receipts cannot be read.", f"See {file}.") from error
    if len(key) < KEY_BYTES:
        raise StorageError(f"The key that seals receipts is shorter than {KEY_BYTES} bytes.")
    return key


def _content(file: Path) -> bytes:
    try:
        return read_regular(file, LARGEST)
    except StorageError as error:
        raise UsageError(f"This is no receipt: {error.summary}") from error


def _fields(file: Path, content: bytes) -> Fields:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file.name} is no receipt, or has been changed: {error}.") from error
    if not isinstance(fields, dict) or set(fields) != KEYS or fields["version"] != VERSION:
        raise UsageError(f"{file.name} is no receipt, or has been changed.")
    if not isinstance(fields["grade"], dict):
        raise UsageError(f"{file.name} is no receipt, or has been changed.")
    return fields


def _digest(grade: Grade) -> str:
    return digest_of({**grade_fields(grade), "receipt": ""})


def _seal(body: Fields, key: bytes) -> str:
    return hmac.new(key, canonical(body), hashlib.sha256).hexdigest()


def _name_of(key: bytes) -> str:
    return hashlib.sha256(b"course receipts\0" + key).hexdigest()[:16]
