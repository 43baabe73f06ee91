"""nginx in a box judges a configuration with its own rights, not with those of the agent."""

import pytest

from course.model.lesson import Lesson, Needs
from course.runs.labs import open_lab
from course.sandbox.choice import Chooser

pytestmark = pytest.mark.docker
LESSON = """
from lab import Lab
from lab.errors import BadConfig
lab = Lab()

@lab.setup
def start():
    global nginx
    nginx = lab.nginx("server { listen 127.0.0.1:{port}; }")

@lab.trigger
def reads(path: str):
    try:
        nginx.check(f"include {path};")
    except BadConfig as error:
        return str(error)
"""


def test_a_configuration_reads_only_what_nginx_may_read(tmp_path, image):
    (tmp_path / "lesson.py").write_text(LESSON)
    needs = Needs(services=("nginx",))
    lesson = Lesson("x", 1, "x", "", (), 1, (), needs, tmp_path, (), (), (), (), ())
    lab = open_lab(lesson, Chooser("docker"))
    try:
        words = lab.fire("reads", {"path": "/etc/shadow"})
        assert "Permission denied" in words
    finally:
        lab.close()
