"""Editing the learner's file: in their own editor with the screen put aside, else in ours."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, TextArea

from course.errors import NoEditor, StorageError, UsageError
from course.model.untrusted import clean, clean_line
from course.runs.editor import read_own

LANGUAGES = {".py": "python", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".sh": "bash"}


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """The learner's editor and its arguments; raises NoEditor."""
    wanted = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        command = shlex.split(wanted)
    except ValueError as error:
        raise NoEditor(f"VISUAL or EDITOR cannot be read: {wanted}", str(error)) from error
    if not command:
        raise NoEditor("Neither VISUAL nor EDITOR is set.", "This is the course's own editor.")
    if shutil.which(command[0]) is None:
        hint = "Set VISUAL or EDITOR to one that is; this is the course's own editor."
        raise NoEditor(f"There is no program {command[0]!r} on this machine.", hint)
    return command


def edit(app: App[None], file: Path) -> None:
    """Put the screen aside and edit; returns when the editor does. Raises NoEditor."""
    command = editor_command(os.environ)
    try:
        with app.suspend():
            ended = subprocess.run([*command, str(file)], check=False)
    except SuspendNotSupported as error:
        raise NoEditor(
            "This terminal cannot be handed to another program.",
            "This is the course's own editor.",
        ) from error
    if ended.returncode:
        raise UsageError(
            f"{command[0]} ended with code {ended.returncode}.",
            "Set VISUAL or EDITOR to an editor that works; E opens the course's own.",
        )


def read_text(file: Path) -> str:
    """A learner's file as text, whatever is in it; raises StorageError."""
    try:
        return read_own(file).decode("utf-8", "backslashreplace")
    except StorageError as error:
        raise StorageError(error.summary, "x puts the starter back.", str(file)) from error


class EditorScreen(ModalScreen[None]):
    """A plain editor for those who have none set up."""

    CSS_PATH = "editing.tcss"
    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True, id="editor.save",
                tooltip="Save the file; the checks run again"),
        Binding("escape", "leave", "Save and close", priority=True, id="editor.close",
                tooltip="Save what changed and go back"),
    ]  # fmt: skip

    def __init__(self, file: Path, text: str) -> None:
        super().__init__()
        self._file = file
        self._saved = text

    def compose(self) -> ComposeResult:
        """The file in an editor with line numbers."""
        with Vertical(classes="frame") as frame:
            frame.border_title = Content(clean_line(str(self._file))).markup
            area = TextArea.code_editor(self._saved, tab_behavior="indent")
            language = LANGUAGES.get(self._file.suffix)
            if language in area.available_languages:
                area.language = language
            yield area
        yield Footer()

    def action_save(self) -> None:
        """Write the file."""
        text = self.query_one(TextArea).text
        if text == self._saved:
            return
        try:
            self._file.write_text(text, encoding="utf-8")
        except OSError as error:
            problem = f"{self._file.name} cannot be written: {error.strerror}."
            self.notify(problem, severity="error", markup=False)
        else:
            self._saved = text

    def action_leave(self) -> None:
        """Save, then close; a file that could not be saved stays open."""
        self.action_save()
        if self.query_one(TextArea).text == self._saved:
            self.dismiss()


def editor_screen(file: Path) -> EditorScreen:
    """The built-in editor; raises UsageError for a file it would spoil."""
    text = read_text(file)
    if clean(text) != text:
        raise UsageError(
            f"{file.name} contains characters that the course's own editor cannot keep.",
            "Set VISUAL or EDITOR to your editor, or x puts the starter back.",
        )
    return EditorScreen(file, text)
