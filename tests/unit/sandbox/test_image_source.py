"""What an image is built from decides which image is used."""

import json
import shutil

import pytest
import seccomp

from course.sandbox import material
from course.sandbox.material import inside, sandboxes, seccomp_profile, source_digest


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of what the image is built from, with the course looking there."""
    for name in ("sandboxes", "requirements"):
        shutil.copytree(sandboxes().parent / name, tmp_path / name)
    monkeypatch.setattr(material, "PACKAGE", tmp_path / "course")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["sandboxes/Dockerfile", "requirements/sandbox.txt", "sandboxes/new.py"]
)
def test_a_change_of_what_goes_in_is_another_image(copy, name):
    before = source_digest()
    with (copy / name).open("a") as file:
        file.write("# changed\n")
    assert source_digest() != before


@pytest.mark.parametrize("name", ["README.md", "seccomp.json", "__pycache__/x.pyc", ".hidden"])
def test_a_change_of_what_stays_outside_is_not(copy, name):
    before = source_digest()
    path = copy / "sandboxes" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("changed")
    assert source_digest() == before


def test_a_renamed_file_is_another_image(copy):
    (copy / "sandboxes/one.py").write_text("x")
    before = source_digest()
    (copy / "sandboxes/one.py").rename(copy / "sandboxes/two.py")
    assert source_digest() != before


def test_only_the_agents_files_go_inside():
    names = {name for name, _ in inside()}
    assert not names & {"Dockerfile", "seccomp.json", "seccomp.py", "README.md"}
    assert not [name for name in names if name.endswith(".pyc")]


def test_an_installed_course_looks_inside_its_package(copy):
    (copy / "course").mkdir()
    (copy / "sandboxes").rename(copy / "moved")
    shutil.copytree(copy / "moved", copy / "course/_data/sandboxes")
    assert sandboxes() == copy / "course/_data/sandboxes"


def test_the_shipped_profile_is_what_the_script_writes():
    shipped = json.loads(seccomp_profile())
    assert seccomp.profile(shipped) == shipped


def test_the_shipped_profile_allows_none_of_the_removed_calls():
    rules = json.loads(seccomp_profile())["syscalls"]
    allowed = {
        name for rule in rules if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]
    }
    assert not allowed & seccomp.REMOVED
    assert {"execve", "socket", "clone", "futex"} <= allowed
