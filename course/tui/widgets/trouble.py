"""What went wrong, in a person's terms: what happened, what to do next, and the evidence."""

from textual.content import Content
from textual.widgets import Static

from course.errors import CourseError
from course.model.untrusted import clean

EVIDENCE_LIMIT = 2_000


class Trouble(Static):
    """A course error where it happened; hidden while there is none."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.display = False

    def show(self, error: CourseError | None, then: str = "") -> None:
        """Show an error and the key that helps, or nothing."""
        self.display = error is not None
        if error is not None:
            self.update(trouble_text(error, then))


def trouble_text(error: CourseError, then: str = "") -> Content:
    """Summary, hint, the way on, evidence; one below the other."""
    parts = [Content.styled(f"✕ {clean(error.summary)}", "bold $text-error")]
    parts += [Content(clean(text)) for text in (error.hint, then) if text]
    if error.evidence:
        parts.append(Content.styled(clean(error.evidence, EVIDENCE_LIMIT), "$foreground 65%"))
    return Content("\n").join(parts)
