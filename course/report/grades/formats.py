"""Every format by its name."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from course.errors import UsageError
from course.model.grade import Graded
from course.report.grades import plain
from course.report.grades.classroom50 import as_classroom50
from course.report.grades.exercism import as_exercism
from course.report.grades.fields import by_learner
from course.report.grades.gradebooks import as_canvas, as_moodle
from course.report.grades.gradescope import as_gradescope
from course.report.grades.junit import as_junit
from course.report.grades.tap import as_tap

Write = Callable[[Sequence[Graded]], str]


@dataclass(frozen=True, slots=True)
class Format:
    """How grades are written.

    Args:
        write: All of them, or all of one learner.
        ending: Of a file in this format.
        is_single: Whether a file holds the work of one learner only.
        needs_score: Whether it cannot say that nobody could judge; then it says nothing.
    """

    write: Write
    ending: str
    is_single: bool = False
    needs_score: bool = False

    def whole(self, graded: Sequence[Graded]) -> str:
        """All grades as one text; raises UsageError where the format cannot hold them."""
        if self.is_single and len(by_learner(graded)) > 1:
            raise UsageError(
                "This format holds the work of one learner.",
                "Give --output a folder, which gets a file for each.",
            )
        return self.write(graded) if self._can_tell(graded) else ""

    def files(self, graded: Sequence[Graded], output: Path) -> Iterator[tuple[Path, str]]:
        """What is to be written where."""
        learners = by_learner(graded)
        if not self.is_single or (len(learners) == 1 and not output.is_dir()):
            told = [(output, graded)]
        else:
            told = [(output / file_name(name, self.ending), own) for name, own in learners]
        yield from ((path, self.write(own)) for path, own in told if self._can_tell(own))

    def _can_tell(self, graded: Sequence[Graded]) -> bool:
        return not self.needs_score or all(one.grade.score is not None for one in graded)


def file_name(learner: str, ending: str) -> str:
    """A file name for a learner that no other learner has."""
    words = re.sub(r"[^A-Za-z0-9_-]+", "_", learner)[:80]
    own = hashlib.sha256(learner.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{words}{ending}" if words == learner else f"{words}-{own}{ending}"


FORMATS: dict[str, Format] = {
    "json": Format(plain.as_json, ".json"),
    "jsonl": Format(plain.as_lines, ".jsonl"),
    "csv": Format(plain.as_csv, ".csv"),
    "junit": Format(as_junit, ".xml"),
    "gradescope": Format(as_gradescope, ".json", is_single=True, needs_score=True),
    "classroom50": Format(as_classroom50, ".json", is_single=True, needs_score=True),
    "exercism": Format(as_exercism, ".json", is_single=True),
    "tap": Format(as_tap, ".tap"),
    "canvas": Format(as_canvas, ".csv"),
    "moodle": Format(as_moodle, ".csv"),
}


def find_format(name: str, column: str = "") -> Format:
    """A format by name; gradebooks may be told how their one column is called."""
    gradebooks = {"canvas": as_canvas, "moodle": as_moodle}
    if name in gradebooks and column:
        return replace(FORMATS[name], write=partial(gradebooks[name], column=column))
    if name not in FORMATS:
        raise UsageError(f"There is no format {name}.", f"There are: {', '.join(FORMATS)}.")
    return FORMATS[name]
