import pytest

from course.content.source import find_source
from course.errors import LessonError


def test_the_source_of_a_function_has_its_decorators_and_its_line(folder):
    source = find_source(folder.path, "bump")
    assert source.file == "lesson.py"
    assert source.text.startswith("@lab.trigger\ndef bump(")
    lines = (folder.path / "lesson.py").read_text().split("\n")
    assert lines[source.line - 1] == "@lab.trigger"


def test_a_code_fence_names_a_file_and_a_function_in_it(folder):
    (folder.path / "worker.py").write_text(
        "class Worker:\n    def serve(self):\n        return 1\n"
    )
    assert find_source(folder.path, "worker.py:Worker.serve").text.strip().startswith("def serve")
    assert find_source(folder.path, "worker.py:Worker").line == 1


def test_a_node_is_the_function_that_source_of_tells(folder):
    folder.change(
        "lesson.py",
        "counter = {",
        "import worker\nfrom worker import serve as work\n"
        'lab.source_of("direct", bump)\nlab.source_of(f"worker-{1}", worker.serve)\n'
        'lab.source_of("renamed", work)\ncounter = {',
    )
    (folder.path / "worker.py").write_text("def serve():\n    return 'served'\n")
    assert "def bump" in find_source(folder.path, "direct").text
    assert "served" in find_source(folder.path, "worker-12").text
    assert find_source(folder.path, "renamed").file == "worker.py"


def test_a_node_without_more_is_the_program_it_runs(folder):
    folder.change(
        "lesson.py", "counter = {", 'lab.process("w-1", ["python", "worker.py"])\ncounter = {'
    )
    (folder.path / "worker.py").write_text("print('hello')\n")
    assert find_source(folder.path, "w-1").file == "worker.py"


def test_a_node_nobody_speaks_of_shows_the_setup(folder):
    assert "def start" in find_source(folder.path, "counter").text


@pytest.mark.parametrize("name", ["nothing.py:x", "lesson.py:nothing", "../lesson.py:bump"])
def test_what_is_not_there_is_a_lesson_error(folder, name):
    with pytest.raises(LessonError):
        find_source(folder.path, name)


def test_code_that_does_not_parse_is_a_lesson_error_with_its_line(folder):
    folder.change("lesson.py", "def bump(", "def bump((")
    with pytest.raises(LessonError) as raised:
        find_source(folder.path, "bump")
    assert "line 16" in raised.value.evidence
