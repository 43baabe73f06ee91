"""Which editor opens, and what is said when there is none."""

import os
import stat

import pytest

from course.errors import NoEditor, StorageError, UsageError
from course.tui.screens.editing import edit, editor_command, editor_screen, read_text


@pytest.fixture
def program(tmp_path, monkeypatch):
    file = tmp_path / "my editor"
    file.write_text("#!/bin/sh\nexit 0\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return file


def test_visual_comes_before_editor_and_arguments_are_kept(program):
    environment = {"VISUAL": f"'{program}' --wait", "EDITOR": "ed"}
    assert editor_command(environment) == [str(program), "--wait"]


@pytest.mark.parametrize("environment", [{}, {"EDITOR": ""}, {"EDITOR": "no-such-program"},
                                         {"EDITOR": "'unbalanced"}])  # fmt: skip
def test_no_editor_is_a_sentence(environment):
    with pytest.raises(NoEditor) as told:
        editor_command(environment)
    assert told.value.summary
    assert told.value.hint


def test_a_file_that_the_own_editor_would_spoil_is_refused(tmp_path):
    file = tmp_path / "a.py"
    file.write_bytes(b"x = 1\x1b[31m\n")
    with pytest.raises(UsageError, match="cannot keep"):
        editor_screen(file)


def test_a_file_that_is_not_utf_8_can_still_be_looked_at(tmp_path):
    file = tmp_path / "a.py"
    file.write_bytes(b"caf\xe9\n")
    assert read_text(file) == "caf\\xe9\n"


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="cannot be read"):
        read_text(tmp_path / "gone.py")


def test_without_a_terminal_to_hand_over_the_own_editor_is_offered(program, monkeypatch, tmp_path):
    from textual.app import App, SuspendNotSupported

    monkeypatch.setenv("EDITOR", f"'{program}'")

    class Web(App[None]):
        def suspend(self):
            raise SuspendNotSupported("no")

    with pytest.raises(NoEditor, match="cannot be handed"):
        edit(Web(), tmp_path / "a.py")
