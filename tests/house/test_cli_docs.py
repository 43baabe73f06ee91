"""The page about the command line knows every command and every option."""

import re

import pytest

from course.cli.main import MODULES, make_parser
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", MODULES)
def test_the_page_shows_every_command(command):
    assert re.search(rf"^course {command}\b", PAGE, re.MULTILINE)


def test_the_page_explains_every_option():
    options = {word for word in make_parser([]).words if word.startswith("--")}
    assert {option for option in options if option not in PAGE} == set()
