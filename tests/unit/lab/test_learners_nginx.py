"""A server that reads a file of the learner's: whatever becomes of it is the learner's."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.errors import SubmissionFault
from lab.services.nginx import LARGEST, Nginx, workers_of
from lab.wait import until
from tests.unit.lab.conftest import Nobody, Stage

FILE = "nginx.conf"
HELLO = b"server { listen 127.0.0.1:{port}; location / { return 200 'hello'; } }\n"
NESTED = b"server {\n" + b"location / {\n" * 5_000


class Somebody(Nobody):
    """A learner who handed in a configuration."""

    def __init__(self, content: bytes) -> None:
        self.files = {FILE: content}


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[bytes], Nginx]]:
    stages: list[Stage] = []

    def serve(content: bytes) -> Nginx:
        stages.append(Stage(tmp_path, Somebody(content)))
        lab = stages[-1].lab
        return lab.nginx(lab.submitted(FILE))

    serve.of = stages  # type: ignore[attr-defined]
    yield serve
    for stage in stages:
        stage.lab.close()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (NESTED, "nginx died|nested|unexpected end of file"),
        (b"server {\n" + b"location / {\n" * 50_000, "characters; 65536 are taken"),
        (b"#" * LARGEST + HELLO, "characters; 65536 are taken"),
        (b"}" * 100, "unexpected"),
        (b"{" * 60_000, "unexpected"),
        (b"'" + b"a" * 60_000, "too long parameter"),
        (b"\0" * 1000, "emerg"),
        (b"\xff\xfe" * 1000 + HELLO, "emerg"),
        (b"include lab.conf;", "too many open files|no file descriptors"),
        (b"include /etc/passwd;", "emerg"),
        (b"include /etc;", "directory"),
        (b"} daemon on; master_process off; http {" + HELLO, "emerg"),
        (HELLO + b"load_module x.so;", "load_module"),
        (b"upstream u { server 127.0.0.1:1; keepalive 1000000000; }" + HELLO, "malloc"),
        (b"limit_req_zone $uri zone=a:400m rate=1r/s; limit_req_zone $uri zone=b:400m rate=1r/s;"
         + HELLO, "mmap"),
        (b"server {" + b"listen 127.0.0.1:1;" * 2000 + b"}", "duplicate"),
        (b"server { listen 127.0.0.1:{port} ssl; ssl_certificate /dev/stdin;"
         b" ssl_certificate_key /dev/stdin; }", "cannot load certificate"),
        (b"server { listen 127.0.0.1:{port}; ssl_password_file /dev/zero; }", "too long line"),
    ],
)  # fmt: skip
def test_a_file_that_nginx_cannot_use_is_told_as_the_learners(serve, content, told):
    with pytest.raises(SubmissionFault, match=f"(?i){told}"):
        serve(content)


def test_a_file_may_include_devices_and_the_wire_stays_ours(serve):
    server = serve(b"include /dev/zero; include /dev/stdin;" + HELLO)
    assert server.is_running
    assert server.complaint() == ""


def test_a_file_that_is_refused_the_second_time_is_still_the_learners(serve):
    server = serve(HELLO)
    with pytest.raises(SubmissionFault, match="lisen"):
        server.reload("server { lisen 80; }")


def test_a_server_that_died_of_the_file_is_complained_about(serve):
    server = serve(HELLO)
    os.kill(server.pid, signal.SIGSEGV)
    until(lambda: not server.is_running, 5, "its end")
    assert "SIGSEGV" in server.complaint()


def test_a_server_whose_processes_die_of_the_file_is_complained_about(serve):
    server = serve(HELLO)
    until(lambda: workers_of(server.pid), 5, "a worker process")
    for pid in workers_of(server.pid):
        os.kill(pid, signal.SIGSEGV)
    until(server.complaint, 5, "nginx's own words")
    assert "exited on signal 11" in server.complaint()


def test_the_rigs_own_nginx_is_no_business_of_the_learners(rigged):
    server = rigged.lab.nginx(HELLO.decode())
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not server.is_running, 5, "its end")
    assert server.complaint() == ""


def test_the_time_that_a_file_costs_its_server_is_the_learners(serve, rigged):
    serve(HELLO)
    assert serve.of[-1].lab.opened.children.spent > 0
    rigged.lab.nginx(HELLO.decode())
    assert rigged.lab.opened.children.spent == 0
