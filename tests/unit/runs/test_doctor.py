import contextlib
from types import SimpleNamespace

import pytest

from course.content.catalog import Catalog
from course.errors import SandboxLost
from course.runs import computer
from course.runs.doctor import _engine, embedded, lessons, servers
from course.sandbox.box import Size
from tests.fixture_course import FIXTURES


def test_the_embedded_sandbox_is_looked_at_by_using_it():
    found = {finding.name: finding for finding in embedded()}
    assert found["embedded sandbox"].outcome == "ok"
    assert "your own rights" in found["embedded sandbox"].detail
    assert {"embedded redis", "embedded nginx", "embedded mongod"} <= found.keys()
    assert "mongod" in found["embedded mongod"].detail


@pytest.mark.parametrize(("uid", "is_told"), [(0, True), (1000, False)])
def test_root_is_told_as_whom_submissions_run(monkeypatch, uid, is_told):
    monkeypatch.setattr("course.runs.doctor.os.geteuid", lambda: uid)
    found = {finding.name: finding for finding in embedded()}
    assert ("Submissions run" in found["embedded sandbox"].detail) is is_told


def test_a_sandbox_that_does_not_start_is_a_problem():
    class Broken:
        def start(self, size: Size, *, run_id: str, purpose: str, hash_seed: str = ""):
            raise SandboxLost("The agent ended.", "Install it again.")

    (finding,) = servers("embedded", Broken)
    assert (finding.outcome, finding.fix) == ("problem", "Install it again.")


@pytest.mark.parametrize(
    ("facts", "outcome", "told"),
    [
        ({"MemoryLimit": True, "SwapLimit": True, "PidsLimit": True}, "ok", "all limits enforced"),
        ({"MemoryLimit": True, "SwapLimit": False}, "note", "cannot limit swap"),
        ({}, "ok", "all limits"),
    ],
)
def test_limits_that_the_engine_does_not_enforce_are_named(facts, outcome, told):
    said = {"ServerVersion": "20.10", "CgroupVersion": "2", **facts}
    finding = _engine(
        SimpleNamespace(
            where="unix:///run/x.sock", is_podman=False, components={}, facts=lambda: said
        )
    )
    assert finding.outcome == outcome
    assert told in finding.detail
    assert "20.10 at unix:///run/x.sock, cgroup v2" in finding.detail


@pytest.mark.docker
def test_an_engine_that_answers_is_described():
    from course.runs.doctor import docker

    engine = next(docker())
    assert engine.name == "docker"
    assert "cgroup v" in engine.detail


def test_lessons_that_cannot_be_read_are_counted(tmp_path):
    assert lessons(Catalog(FIXTURES)).outcome == "ok"
    (tmp_path / "01-broken").mkdir()
    finding = lessons(Catalog(tmp_path))
    assert finding.outcome == "note"
    assert "lesson.toml: is missing" in finding.detail


def test_a_data_folder_that_cannot_be_written_is_a_problem(tmp_path):
    assert computer.data_folder(tmp_path / "new").outcome == "ok"
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").write_text("")
    finding = computer.data_folder(tmp_path / "file" / "x")
    assert finding.outcome == "problem"
    assert "COURSE_HOME" in finding.fix


@pytest.mark.parametrize(
    ("environment", "outcome"),
    [
        ({"EDITOR": "cat -n"}, "ok"),
        ({"EDITOR": "no-such-editor"}, "note"),
        ({"VISUAL": "'"}, "note"),
    ],
)
def test_the_editor_that_would_be_started_is_named(environment, outcome):
    assert computer.editor(environment).outcome == outcome


@pytest.mark.parametrize(
    ("environment", "size", "outcome"),
    [
        ({"TERM": "xterm-256color"}, ("120", "40"), "ok"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, ("60", "20"), "note"),
        ({"TERM": "dumb"}, ("120", "40"), "note"),
    ],
)
def test_the_terminal_is_measured(environment, size, outcome, monkeypatch):
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", size[0])
    monkeypatch.setenv("LINES", size[1])
    with contextlib.ExitStack() as stack:
        stack.callback(monkeypatch.undo)
        monkeypatch.setattr("course.runs.computer.sys.stdout", Terminal())
        assert computer.terminal(environment).outcome == outcome
