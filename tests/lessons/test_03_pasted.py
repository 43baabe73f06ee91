"""What people paste into the contract's file is told before nginx is asked."""

import pytest

from tests.lessons import running_balancer as running
from tests.lessons.lesson_code import modules

(pasted,) = modules(running.LESSON, "pasted")


@pytest.mark.parametrize("name", ["http", "events", "worker_processes", "user", "pid", "stream"])
def test_what_stands_around_the_file_is_named(name):
    body = "{ }" if name in ("http", "events", "stream") else "2;"
    assert "already stands inside `http { }`" in pasted.misplaced(f"# mine\n{name} {body}\n")


def test_a_file_of_an_installed_nginx_is_unknown_at_any_depth():
    for text in (
        "include /etc/nginx/mime.types;",
        "server {\n  include snippets/*.conf;\n}",
        'upstream a { server b; }\nserver { location / { include "x y.conf"; } }',
    ):
        assert pasted.misplaced(text).startswith("this lab does not know `include ")


def test_words_in_comments_quotes_and_deeper_blocks_are_no_directives():
    for text in (
        "# http { is around this\nserver { listen 1; }",
        'server { return 200 "http { }; include x;"; }',
        "server { server_name http; location /user { proxy_pass http://events; } }",
        "map $uri $x { default 'user'; }",
        "}}}} http",
        "\\",
        "",
    ):
        assert pasted.misplaced(text) == ""


def test_a_large_file_is_read_in_a_moment():
    assert pasted.misplaced("server {\n" + "location / {\n" * 50_000) == ""
    assert pasted.misplaced('"' * 200_001) == ""
