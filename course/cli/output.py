"""Results to stdout, prose to stderr; the one place from where text reaches a terminal.

Whatever is written is made visible here: a course's titles, a learner's names, paths, errors. So
no command has to remember it, and none can forget it.
"""

import json
import sys
from collections.abc import Iterable

from course.errors import CourseError
from course.model.json import Fields
from course.model.untrusted import visible


def show(lines: Iterable[str]) -> None:
    """Write lines of a result, and let a reader have them at once."""
    try:
        for line in lines:
            print(visible(line))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disk behind `>`
        raise CourseError(f"The output cannot be written: {error.strerror}.") from error


def show_json(fields: Fields) -> None:
    """Write a result as one line of JSON."""
    show([json.dumps(fields, allow_nan=False)])


def explain(*lines: str) -> None:
    """Write prose, where it does not get in the way of a result."""
    for line in lines:
        print(visible(line), file=sys.stderr, flush=True)
