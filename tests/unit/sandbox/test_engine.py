"""Which engine is asked, and what is said when none answers."""

import json
import socket
import threading

import pytest

from course.errors import EngineMissing
from course.sandbox.engine import candidates, connect


def addresses(host=None, **environment):
    return [options.get("base_url") for options in candidates(host, environment)]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_named_address_is_the_only_one(home):
    assert addresses("tcp://a:1", DOCKER_HOST="tcp://b:2") == ["tcp://a:1"]
    assert addresses(DOCKER_HOST="tcp://b:2") == ["tcp://b:2"]


def test_sockets_of_rootless_engines_come_after_the_context(home):
    (home / ".docker/run").mkdir(parents=True)
    (home / ".docker/run/docker.sock").touch()
    (home / "run/podman").mkdir(parents=True)
    (home / "run/podman/podman.sock").touch()
    found = addresses(XDG_RUNTIME_DIR=str(home / "run"))
    assert found[1:] == [
        f"unix://{home}/.docker/run/docker.sock",
        f"unix://{home}/run/podman/podman.sock",
    ]


def test_a_context_that_does_not_exist_is_named(home):
    with pytest.raises(EngineMissing, match="'classroom'"):
        candidates(None, {"DOCKER_CONTEXT": "classroom"})


def test_an_address_where_nobody_listens_is_shown_as_tried(home):
    with pytest.raises(EngineMissing) as raised:
        connect(f"unix://{home}/none.sock")
    assert "none.sock" in raised.value.evidence
    assert "embedded" in raised.value.hint


def test_an_engine_that_never_answers_is_given_up(home, monkeypatch):
    monkeypatch.setattr("course.sandbox.engine.DETECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(EngineMissing):
        connect(f"tcp://127.0.0.1:{silent.getsockname()[1]}")


def test_an_engine_that_talks_nonsense_is_given_up(home):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            with server.accept()[0] as client:
                client.recv(4096)
                body = json.dumps({"hello": "world"})
                client.sendall(
                    f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
                )

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(EngineMissing):
            connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        thread.join(5)
