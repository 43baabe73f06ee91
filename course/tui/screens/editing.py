"""Editing the learner's file: in their own editor with the screen put aside, else in ours."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, TextArea

from course.errors import ChangedMeanwhile, NoEditor, StorageError, UsageError
from course.model.untrusted import clean, clean_line
from course.runs.editor import OwnFile
from course.tui.screens.confirm import Answer, ChoiceScreen

UNSAVED = "What you wrote here is not saved."
UNSAVED_ANSWERS = (
    Answer("s", "Save and close", "Save the file; the checks run again"),
    Answer("d", "Close without saving", "The file stays as it is; what you wrote here is gone"),
)
CHANGED_ANSWERS = (
    Answer("m", "Save mine; keep the other beside it", "Yours becomes the file"),
    Answer("t", "Take theirs; keep mine beside it", "The file stays as the other program wrote it"),
)
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
    return _opened(file).text


class EditorScreen(ModalScreen[None]):
    """A plain editor for those who have none set up; nobody's work is lost in it."""

    CSS_PATH = "editing.tcss"
    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True, id="editor.save",
                tooltip="Save the file; the checks run again"),
        Binding("escape", "leave", "Close", priority=True, id="editor.close",
                tooltip="Go back; what is not saved is asked about"),
    ]  # fmt: skip

    def __init__(self, file: OwnFile) -> None:
        super().__init__()
        self._file = file
        self._saved = file.text

    def compose(self) -> ComposeResult:
        """The file in an editor with line numbers."""
        with Vertical(classes="frame") as frame:
            frame.border_title = Content(clean_line(str(self._file.path))).markup
            area = TextArea.code_editor(self._saved, tab_behavior="indent")
            language = LANGUAGES.get(self._file.path.suffix)
            if language in area.available_languages:
                area.language = language
            yield area
        yield Footer()

    @property
    def text(self) -> str:
        """As it stands in the editor now."""
        return self.query_one(TextArea).text

    @work(group="save", exclusive=True)
    async def action_save(self) -> None:
        """Write the file."""
        await self._save()

    @work(group="save", exclusive=True)
    async def action_leave(self) -> None:
        """Close; ask what becomes of a text that is not saved."""
        if self.text != self._saved:
            answer = await self.app.push_screen_wait(ChoiceScreen(UNSAVED, UNSAVED_ANSWERS))
            if answer is None or (answer == "s" and not await self._save()):
                return
        self.dismiss()

    async def _save(self) -> bool:
        """Whether what stands here is settled: written, or kept beside what somebody else wrote."""
        text = self.text
        if text == self._saved:
            return True
        try:
            self._file.save(text)
        except ChangedMeanwhile as error:
            return await self._settle(error, text)
        except StorageError as error:
            self._complain(error)
            return False
        self._saved = text
        return True

    async def _settle(self, changed: ChangedMeanwhile, text: str) -> bool:
        """Two have written: the learner says whose version counts, the other is kept beside it."""
        answer = await self.app.push_screen_wait(ChoiceScreen(changed.summary, CHANGED_ANSWERS))
        if answer is None:
            return False
        try:
            kept = self._file.save_anyway(text) if answer == "m" else self._file.give_way(text)
        except StorageError as error:
            self._complain(error)
            return False
        whose = "The other version" if answer == "m" else "Yours"
        self.app.notify(f"{whose} is kept as {kept.name}.", markup=False)
        self._saved = text
        if answer == "t":
            self.dismiss()
        return answer == "m"

    def _complain(self, error: StorageError) -> None:
        problem = f"Not saved: {error.summary} What you wrote stays here."
        self.notify(problem, severity="error", markup=False)


def editor_screen(file: Path) -> EditorScreen:
    """The built-in editor; raises UsageError for a file it would spoil."""
    own = _opened(file)
    if clean(own.text) != own.text:
        raise UsageError(
            f"{file.name} contains characters that the course's own editor cannot keep.",
            "Set VISUAL or EDITOR to your editor, or x puts the starter back.",
        )
    return EditorScreen(own)


def _opened(file: Path) -> OwnFile:
    try:
        return OwnFile(file)
    except StorageError as error:
        raise StorageError(error.summary, "x puts the starter back.", str(file)) from error
