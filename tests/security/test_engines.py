"""Engines that are missing, closed, old or weak: the doctor names it, and grading refuses."""

import json
import socket
from pathlib import Path

import pytest

from course.cli.main import main
from course.errors import EngineMissing, ImageMissing, SandboxError
from course.runs.doctor import docker
from course.sandbox.docker import DockerBackend
from course.sandbox.engine import connect
from course.sandbox.flags import CHECK_SIZE
from course.sandbox.image import need_image
from course.sandbox.strength import old_runc, weaknesses
from tests.fixture_course import FIXTURES
from tests.security.fake_engine import ENGINE, IMAGE, FakeEngine, listening

PODMAN = ({"Name": "Podman Engine", "Version": "4.3.1"},)
ROOTLESS_V1 = {"CgroupDriver": "none", "CgroupVersion": "1", "SecurityOptions": ["name=rootless"]}
WEAK = {
    "podman": (FakeEngine(components=PODMAN), "Podman"),
    "rootless with cgroup v1": (FakeEngine(ROOTLESS_V1), "limits nothing"),
    "no memory cgroup": (FakeEngine({"MemoryLimit": False, "SwapLimit": False}), "memory, swap"),
    "no process limit": (FakeEngine({"PidsLimit": False}), "number of processes"),
    "no filter": (FakeEngine({"SecurityOptions": []}), "filter system calls"),
}


@pytest.fixture
def at(tmp_path, monkeypatch):
    """Make a fake engine the one that is asked."""
    opened = []

    def listen(engine: FakeEngine) -> str:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(listening(engine, folder))
        address = opened[-1].__enter__()
        monkeypatch.setenv("DOCKER_HOST", address)
        return address

    yield listen
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture
def grade(tmp_path, monkeypatch, capsys):
    """Run `course grade` over one submission; exit code and what was said."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    work = tmp_path / "class"
    work.mkdir()
    (work / "anna.py").write_text("def add(*_): return 0")

    def run(*options: str) -> tuple[int, str]:
        code = main(
            [
                "--course",
                str(FIXTURES),
                "--trust-course",
                "grade",
                str(work),
                "--exercise",
                "counting/add",
                *options,
            ]
        )
        return code, capsys.readouterr().err

    return run


def findings() -> str:
    return " ".join(f"{one.outcome}: {one.detail} {one.fix}" for one in docker())


@pytest.mark.parametrize("kind", WEAK)
def test_the_doctor_names_what_an_engine_cannot_hold_to_and_grading_refuses(at, grade, kind):
    engine, words = WEAK[kind]
    at(engine)
    assert words in findings()
    engine.created.clear()
    code, said = grade()
    assert code == 3
    assert words in " ".join(said.split())
    assert "--trust-submissions" in said
    assert engine.created == []


def test_a_sound_engine_has_no_weakness(at):
    assert weaknesses(connect(at(FakeEngine()))) == []


@pytest.mark.parametrize(
    ("runc", "is_old"),
    [("1.1.5+ds1", True), ("1.2.7", True), ("1.2.8", False), ("1.3.2", True), ("1.3.3", False),
     ("1.4.0", False), ("", False)],
)  # fmt: skip
def test_a_runc_with_known_escapes_is_told(at, runc, is_old):
    components = {"runc": runc}
    assert bool(old_runc(components)) is is_old
    at(FakeEngine(components=(ENGINE, {"Name": "runc", "Version": runc})))
    assert (f"runc {runc}" in findings()) is is_old


def test_no_engine_at_all_is_said_with_the_way_out(tmp_path, monkeypatch, grade):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    assert "No Docker engine answers" in findings()
    code, said = grade("--sandbox", "auto")
    assert code == 3
    assert "in Docker only" in " ".join(said.split())


def test_a_socket_that_may_not_be_used_is_said_with_the_group(tmp_path, monkeypatch):
    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("course.sandbox.engine.knock", refuse)
    with pytest.raises(EngineMissing) as raised:
        connect(f"unix://{tmp_path}/closed.sock")
    assert "docker group" in raised.value.hint


def test_an_interface_that_is_too_old_is_said(at):
    at(FakeEngine(api="1.12"))
    with pytest.raises(EngineMissing) as raised:
        connect()
    assert "API versions below" in raised.value.evidence
    assert "API versions below" in findings()


def test_an_engine_that_goes_away_before_the_start_is_an_error_of_ours(at):
    """Created, then gone: what was created is asked to be removed, and nobody is blamed."""
    engine = FakeEngine()
    backend = DockerBackend(connect(at(engine)), str(IMAGE["Id"]))
    with pytest.raises(SandboxError, match="refused to attach"):
        backend.start(CHECK_SIZE, run_id="r", purpose="check")
    assert len(engine.created) == 1
    (removed,) = engine.removed
    assert removed.rpartition("/")[2] in engine.created[0][0]


def test_an_engine_that_restarts_in_the_middle_is_no_verdict_on_anybody(at, grade):
    at(FakeEngine())  # it answers every question, and no container ever comes up
    code, said = grade("--seed", "1")
    assert code == 1  # some could not be judged
    assert "1 error" in said


def test_what_people_are_called_is_never_a_flag(at):
    """The engine is asked with objects; a name that looks like an option stays a value."""
    engine = FakeEngine(status=409)
    backend = DockerBackend(connect(at(engine)), "--privileged")
    with pytest.raises(SandboxError):
        backend.start(CHECK_SIZE, run_id="--privileged -v /:/host $(id)", purpose="check")
    ((path, config),) = engine.created
    assert config["Labels"]["course.run"] == "--privileged -v /:/host $(id)"
    assert config["HostConfig"]["Privileged"] is False
    assert "Binds" not in json.dumps(config)
    assert path.rpartition("name=")[2].removeprefix("course-").isalnum()


def test_an_image_of_other_sources_is_not_used_whatever_it_is_called(at):
    other = {**IMAGE, "Labels": {**IMAGE["Labels"], "course.source": "0" * 64}}
    with pytest.raises(ImageMissing):
        need_image(connect(at(FakeEngine(images=(other,)))))


def test_a_tag_that_was_moved_changes_nothing(at):
    moved = {**IMAGE, "RepoTags": ["somebody/else:1"]}
    stranger = {
        "Id": "sha256:" + "cd" * 32, "Created": 9, "RepoTags": IMAGE["RepoTags"],
        "Labels": {"course.source": "1" * 64},
    }  # fmt: skip
    image = need_image(connect(at(FakeEngine(images=(stranger, moved)))))
    assert image.id == IMAGE["Id"]


def test_a_silent_engine_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("course.sandbox.engine.DETECT_SECONDS", 0.2)
    address = Path(tmp_path, "silent.sock")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(address))
        silent.listen()
        with pytest.raises(EngineMissing):
            connect(f"unix://{address}")
