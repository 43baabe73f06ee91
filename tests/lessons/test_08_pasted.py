"""Lesson 08: an nginx configuration as people paste it, and what becomes of it."""

import re

import pytest

from tests.lessons import running_edge as running
from tests.lessons.lesson_code import modules

[pasted] = modules(running.LESSON, "pasted")
SOLUTION = (running.LESSON / "exercises" / "edge" / "solution.conf").read_text(encoding="utf-8")


def words(text):
    return text.split()


def test_a_file_that_fits_stays_as_it_is():
    assert pasted.unpasted(SOLUTION) == SOLUTION


def test_a_wrapper_and_what_stands_around_it_are_taken_away():
    around = "user nginx;\nworker_processes auto; # all\nevents { worker_connections 64; }\n"
    whole = f"{around}http {{\n{SOLUTION}\n}}\n"
    assert words(pasted.unpasted(whole)) == words(SOLUTION)
    assert words(pasted.unpasted(around + SOLUTION)) == words(f"# all {SOLUTION}")


def test_usual_files_and_folders_of_another_machine_do_no_harm():
    usual = "include /etc/nginx/mime.types;\ninclude /etc/nginx/conf.d/*.conf;\n"
    assert words(pasted.unpasted(usual + SOLUTION)) == words(SOLUTION)
    text = SOLUTION.replace("proxy_cache_path cache ", "proxy_cache_path /var/cache/nginx/a ")
    assert "proxy_cache_path var-cache-nginx-a levels=1:2" in pasted.unpasted(text)


def test_words_in_quotes_and_comments_are_no_directives():
    text = SOLUTION + '# http { include x; }\nmap $a $b { default "http { include y; }"; }\n'
    assert pasted.unpasted(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("include shop.conf;\n" + SOLUTION, "does not know the file 'shop.conf'"),
        ("http {\n}\n" + SOLUTION, "what stands inside http { }"),
    ],
)
def test_what_cannot_be_known_is_said(text, told):
    with pytest.raises(pasted.Unknown, match=re.escape(told)):
        pasted.unpasted(text)


@pytest.mark.parametrize(
    "text", ["server { " * 7_000, "}" * 60_000, '"' + "\\" * 60_000, "a;" * 30_000]
)
def test_what_is_no_configuration_is_left_to_nginx(text):
    assert pasted.unpasted(text) == text
