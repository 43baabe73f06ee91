import pytest

from course.errors import StorageError
from course.storage.atomic import write_whole
from course.storage.workspace import Workspace


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "my files 🐙")


def test_the_starter_is_copied_once(workspace, exercise):
    path = workspace.file(exercise)
    assert path.name == "add.py"
    assert path.read_bytes() == exercise.starter.read_bytes()
    path.write_text("mine")
    assert workspace.file(exercise).read_text() == "mine"


def test_reset_keeps_the_old_file_beside_the_starter(workspace, exercise):
    kept = []
    for text in ("first", "second"):
        workspace.file(exercise).write_text(text)
        kept.append(workspace.reset(exercise))
    assert [path.name for path in kept] == ["add.1.py", "add.2.py"]
    assert [path.read_text() for path in kept] == ["first", "second"]
    assert workspace.file(exercise).read_bytes() == exercise.starter.read_bytes()


def test_reset_without_a_file_gives_the_starter(workspace, exercise):
    assert workspace.reset(exercise).read_bytes() == exercise.starter.read_bytes()


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path):
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").write_text("kept")
    with pytest.raises(StorageError):
        write_whole(target, b"new")  # a file cannot take a folder's place
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert (target / "old").read_text() == "kept"


def test_a_workspace_that_cannot_be_made_is_a_sentence(tmp_path, exercise):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        Workspace(tmp_path / "file").file(exercise)
