"""Learners' nginx.conf and edge.conf: read by nginx, and served with."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hypothesis import strategies as st

from lab.core import Lab
from lab.errors import LabError, SubmissionFault
from lab.services import nginx
from tests.unit.lab.conftest import Nobody

FILE = "nginx.conf"
CONTRACT = {"a": "127.0.0.1:1", "b": "127.0.0.1:2", "c": "127.0.0.1:3", "d": "127.0.0.1:4"}
EDGE = {"origin": "127.0.0.1:1"}
NAMES = (
    "listen", "server_name", "proxy_pass", "proxy_next_upstream", "proxy_read_timeout", "keepalive",
    "zone", "server", "return", "rewrite", "set", "if", "error_page", "limit_rate", "root", "alias",
    "include", "proxy_cache", "proxy_cache_path", "proxy_cache_key", "proxy_cache_valid", "add_header",
    "proxy_cache_use_stale", "proxy_cache_lock", "proxy_ignore_headers", "proxy_hide_header", "map_hash_max_size",
    "access_log", "error_log", "resolver", "mirror", "try_files", "internal", "charset", "gzip",
    "client_max_body_size", "proxy_buffers", "proxy_buffer_size", "limit_req_zone", "limit_req",
    "keepalive_requests", "least_conn", "hash", "random", "sub_filter", "types", "default_type",
    "ssl_certificate", "ssl_password_file", "auth_basic_user_file", "auth_request", "daemon", "user",
    "worker_processes", "master_process", "pid", "load_module", "env", "server_names_hash_max_size",
    "proxy_store", "proxy_bind", "slice", "log_format", "post_action", "autoindex", "stub_status",
)  # fmt: skip
BLOCKS = ("server", "location /", "location ~ (a+)+$", "location @x", "upstream shop", "map $uri $x",
          "geo $y", "if ($uri)", "types", "split_clients $uri $z", "limit_except GET", "http", "events",
          "location = /post")  # fmt: skip
WORDS = (
    "{port}", "127.0.0.1:{port}", "{a}", "{b} weight=3 max_fails=2", "{d} backup", "{origin}", "on",
    "off", "0", "-1", "1k", "64k", "512m", "9999999999999", "1s", "$uri", "${uri}", "$upstream_cache_status",
    "http://shop", "http://{origin}", "http://127.0.0.1:{port}", "http://$arg_x", "http://unix:/x", "/",
    "/dev/zero", "/dev/stdin", "/dev/full", "/proc/self/mem", "/etc/passwd", "*", "lab.conf", "error", "timeout",
    "http_503", "levels=1:2", "keys_zone=c:1m", "max_size=1m", "c", "shop", "default", "~(a+)+$", "200", "444",
    "502", "=200", "always", "last", "'x y'", '"', "'", "\\", "#", "a" * 5000, "é", "\x00", "\xff", "$", "reuseport",
    "backlog=1", "ssl", "zone=q:1m", "rate=1r/s", "syslog:server=127.0.0.1", "memory:1m", "@x", "any", "max-age=1",
)  # fmt: skip

statements = st.builds(
    lambda name, words: f"{' '.join([name, *words])};\n",
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(WORDS), max_size=4),
)
listening = st.just("listen 127.0.0.1:{port};\n")


def _block(head: str, inside: list[str]) -> str:
    return f"{head} {{\n{''.join(inside)}}}\n"


blocks = st.recursive(
    statements | listening,
    lambda inside: st.builds(_block, st.sampled_from(BLOCKS), st.lists(inside, max_size=4)),
    max_leaves=10,
)
servers = st.lists(statements | blocks, max_size=4).map(
    lambda inside: _block("server", ["listen 127.0.0.1:{port};\n", *inside])
)
upstreams = st.lists(
    st.sampled_from(("server {a};", "server {b} max_fails=0;", "server {d} backup;", "zone s 64k;",
                     "keepalive 9;", "least_conn;", "random;", "server 127.0.0.1:{port};"))
).map(lambda inside: _block("upstream shop", inside))  # fmt: skip
repeated = st.builds(
    lambda unit, times, core, end: unit * times + core + end * times,
    st.sampled_from(("server {\n", "location / {\n", "if ($a) {\n", "{", "}", ";", "'", "\\", "#", "a ",
                     "include lab.conf;", "set $a $a;", "\0", "$", "\n", "map $a $b {")),
    st.sampled_from((1, 40, 1_000, 4_000, 50_000)),
    blocks,
    st.sampled_from(("", "}", "};", "\n")),
)  # fmt: skip
whole = st.lists(servers | upstreams | blocks, min_size=1, max_size=4).map("".join)
configs = (
    (whole | repeated | st.lists(st.sampled_from((*NAMES, *WORDS, "{", "}", ";"))).map(" ".join))
    .map(lambda text: text.encode(errors="replace")[: 1 << 20])
) | st.binary(max_size=200)  # fmt: skip


class Somebody(Nobody):
    """A learner whose file can be changed."""

    def __init__(self) -> None:
        self.files = {FILE: b""}


@contextmanager
def opened() -> Iterator[tuple[Lab, Somebody]]:
    """A rig's lab around a learner's file."""
    folder, learner = Path(tempfile.mkdtemp(prefix="fuzz-")), Somebody()
    lab = Lab()
    lab.open(lambda _event: None, folder, learner=learner)
    try:
        yield lab, learner
    finally:
        lab.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def read(places: dict[str, str]) -> Iterator[Callable[[bytes], None]]:
    """Let nginx read it, as before every start and reload."""
    with opened() as (lab, learner):
        server = lab.nginx("server { listen 127.0.0.1:{port}; }")
        server.is_learners = True

        def property_of(content: bytes) -> None:
            learner.files = {FILE: content}
            with suppress(SubmissionFault):
                text = lab.submitted(FILE)
                with nginx.blaming(is_learners=True):
                    nginx.refuse_size(text)
                    server.check(text, **places)
            assert server.complaint() == ""

        yield property_of


@contextmanager
def served(places: dict[str, str]) -> Iterator[Callable[[bytes], None]]:
    """Start nginx with it, ask, reload, ask again; a rig may stumble where nginx is unwell."""

    def property_of(content: bytes) -> None:
        if b"{port}" in content:  # else its start would only be waited for
            with opened() as (lab, learner):
                learner.files = {FILE: content}
                serve(lab, places)

    yield property_of


def serve(lab: Lab, places: dict[str, str]) -> None:
    """As a rig does."""
    try:
        server = lab.nginx(lab.submitted(FILE), **places)
        assert lab.http(server.port, timeout=1).ms < 3000
        server.reload(lab.submitted(FILE), **places)
        assert lab.http(server.port, "/x?y", timeout=1).ms < 3000
        server.log()
    except SubmissionFault as error:
        assert str(error)
    except LabError:
        assert lab.complaint()
