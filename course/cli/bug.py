"""A bug of ours: written to a log file, and named."""

import contextlib
import platform
import secrets
import shlex
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from course.errors import CourseError
from course.model.untrusted import clean_line
from course.storage.paths import find_places, make_folder

SHOWN = 200  # characters; the log file has the rest


def describe_bug(error: Exception, arguments: Sequence[str]) -> Iterator[str]:
    """What to tell, once the rest is in the log file."""
    told = clean_line(f"{type(error).__name__}: {error}", SHOWN)
    yield f"course: this is a bug in the course: {told}"
    log = _write_log(error, arguments)
    if log is not None:
        yield f"  What happened is written down in {log}"
        yield "  Please send that file to the people who make the course."
    else:
        yield from "".join(traceback.format_exception(error)).splitlines()


def _write_log(error: Exception, arguments: Sequence[str]) -> Path | None:
    told = "".join(
        [
            f"course {shlex.join(arguments)}\n",
            f"Python {sys.version}\n{platform.platform()}\n\n",
            *traceback.format_exception(error),
        ]
    )
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.log"
    for folder in _folders():
        try:
            make_folder(folder)
            (folder / name).write_text(told, encoding="utf-8", errors="backslashreplace")
        except (CourseError, OSError):
            continue
        return folder / name
    return None


def _folders() -> Iterator[Path]:
    with contextlib.suppress(CourseError):
        yield find_places().logs
    yield Path(tempfile.gettempdir())
