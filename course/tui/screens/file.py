"""A screen about a learner's file: shows it, watches it, edits it, puts the starter back."""

from pathlib import Path

from textual import on
from textual.content import Content
from textual.events import Mount
from textual.widgets import Static

from course.errors import CourseError, NoEditor
from course.model.lesson import Exercise
from course.model.untrusted import clean_line
from course.runs.ports import Study
from course.tui.screens.base import CourseScreen
from course.tui.screens.confirm import ConfirmScreen
from course.tui.screens.editing import edit, editor_screen, read_text
from course.tui.widgets.code import code_content

LOOK_SECONDS = 0.5  # how often the file is looked at


class FileScreen(CourseScreen):
    """Expects `#file` with `#code` in it; calls `file_saved` whoever saved the file."""

    def __init__(self, study: Study, exercise: Exercise) -> None:
        super().__init__(study)
        self.exercise = exercise
        self.file = study.file(exercise)
        self._saved_at = _time_of(self.file)

    @on(Mount)
    def watch_file(self) -> None:
        """Show the file, and look at it from now on."""
        self.query_one("#file").border_title = Content(clean_line(self.file.name)).markup
        self._show_file()
        self.set_interval(LOOK_SECONDS, self.look)

    def look(self) -> None:
        """Has somebody saved the file since the last look?"""
        saved_at = _time_of(self.file)
        if saved_at != self._saved_at:
            self._saved_at = saved_at
            self._show_file()
            self.file_saved()

    def file_saved(self) -> None:
        """The file has other content than before."""

    def _show_file(self) -> None:
        try:
            text = read_text(self.file)
        except CourseError as error:
            self.complain(error)
        else:
            self.query_one("#code", Static).update(code_content(text, self.exercise.file))

    def action_edit(self) -> None:
        """Edit in the learner's editor, or in ours where there is none."""
        try:
            edit(self.app, self.file)
        except NoEditor as error:
            self.complain(error)
            self.action_edit_here()
        except CourseError as error:
            self.complain(error)
        self.look()

    def action_edit_here(self) -> None:
        """Edit in the course's own editor."""
        try:
            self.app.push_screen(editor_screen(self.file))
        except CourseError as error:
            self.complain(error)

    def action_reset(self) -> None:
        """Put the starter back, after a question."""
        question = "Put the starter back? Your file is kept beside it."
        self.app.push_screen(ConfirmScreen(question, "Put it back"), self._reset_if)

    def _reset_if(self, answer: bool | None) -> None:
        if not answer:
            return
        try:
            kept = self.study.reset(self.exercise)
        except CourseError as error:
            self.complain(error)
        else:
            self.say(f"The starter is back. Your file is kept as {kept.name}.")
            self.look()


def _time_of(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return None
