"""What of this computer the course stands on: Python, terminal, editor, data folder."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from course.errors import CourseError
from course.model.health import Finding
from course.runs.editor import editor_command
from course.storage.paths import HINT, make_folder

OLDEST_PYTHON = (3, 11)
SMALLEST = (80, 24)
LITTLE_MB = 200


def python() -> Finding:
    """Which Python runs this."""
    detail = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("python", "ok", detail)
    return Finding("python", "problem", detail, "Install Python 3.11 or newer.")


def terminal(environment: Mapping[str, str]) -> Finding:
    """Whether there is one, how large it is, and its colours."""
    kind = environment.get("TERM", "")
    if not sys.stdout.isatty() or kind in ("", "dumb"):
        fix = "`course` alone needs a terminal; the other commands do not."
        return Finding("terminal", "note", "none that can be drawn on", fix)
    columns, rows = shutil.get_terminal_size()
    colours = "true colour" if environment.get("COLORTERM") in ("truecolor", "24bit") else kind
    detail = f"{columns} x {rows}, {'no colour' if environment.get('NO_COLOR') else colours}"
    if (columns, rows) < SMALLEST or rows < SMALLEST[1]:
        return Finding("terminal", "note", detail, "Make the window at least 80 x 24.")
    return Finding("terminal", "ok", detail)


def editor(environment: Mapping[str, str]) -> Finding:
    """What `course open` would start."""
    try:
        return Finding("editor", "ok", " ".join(editor_command(environment)))
    except CourseError as error:
        return Finding("editor", "note", error.summary, error.hint)


def data_folder(home: Path) -> Finding:
    """Whether progress can be kept, and whether there is room for it."""
    probe = home / f".probe-{uuid4().hex}"
    try:
        make_folder(home)
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
        free_mb = shutil.disk_usage(home).free // 2**20
    except CourseError as error:
        return Finding("data", "problem", error.summary, error.hint)
    except OSError as error:
        return Finding("data", "problem", f"{home} cannot be written: {error.strerror}.", HINT)
    detail = f"{home}, {free_mb} MB free"
    if free_mb < LITTLE_MB:
        return Finding("data", "note", detail, "Make room on this disk.")
    return Finding("data", "ok", detail)


def processors() -> Finding:
    """How many there are; some lessons show more with more."""
    count = os.cpu_count() or 1
    fix = "" if count > 1 else "With one, labs run slowly and show less."
    return Finding("processors", "ok" if count > 1 else "note", str(count), fix)
