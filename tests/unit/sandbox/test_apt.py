"""A base comes from where this machine's own packages come from."""

import pytest

from course.errors import SandboxError
from course.sandbox.apt import codename, suite_of

LISTED = """\
http://mirror.example/ubuntu/|noble|main
http://mirror.example/ubuntu/|noble|universe
http://mirror.example/ubuntu/|noble-updates|main
http://other.example/tools/|noble|extra
http://security.example/ubuntu/|noble-security|main
"""


def test_the_code_name_is_read_from_os_release():
    assert codename('ID=debian\nVERSION_CODENAME="bookworm"\n') == "bookworm"
    assert codename("ID=arch\n") == ""


def test_the_mirror_is_the_first_that_has_the_release():
    suite = suite_of("noble", LISTED)
    assert suite.mirror == "http://mirror.example/ubuntu/"
    assert suite.components == "main,universe"


def test_a_list_of_mirrors_is_opened(tmp_path):
    listed = tmp_path / "mirrors.list"
    listed.write_text("https://first.example/debian\nhttps://second.example/debian\n")
    suite = suite_of("trixie", f"mirror+file:{listed}/|trixie|main\n")
    assert suite.mirror == "https://first.example/debian"


@pytest.mark.parametrize("name", ["", "trixie"])
def test_a_machine_without_such_a_source_is_told_so(name):
    with pytest.raises(SandboxError, match="no source"):
        suite_of(name, LISTED)
