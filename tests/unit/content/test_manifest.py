import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.content.manifest import Manifest, read_manifest
from course.content.table import Complaints, Table
from course.model.lesson import Choice, Parameter
from tests.generated_events import json as json_values

MANIFEST = "lesson.toml"


def _problems(folder) -> list[str]:
    return [str(problem) for problem in read_manifest(folder.path / MANIFEST)[1]]


def test_a_whole_manifest_is_read_into_our_types(folder):
    manifest, problems = read_manifest(folder.path / MANIFEST)
    assert problems == []
    assert manifest is not None
    assert (manifest.id, manifest.number, manifest.minutes) == ("counting", 1, 5)
    assert manifest.triggers[0].parameters[0] == Parameter("by", 1, "how much")
    assert (manifest.gauges[0].low, manifest.gauges[0].high) == (0.0, 100.0)
    assert manifest.experiments[0].choices[1] == Choice("two", "Two more than before")
    assert manifest.needs.memory_mb == 128
    assert manifest.exercises[0].seconds == 5.0


def test_what_is_left_out_has_its_default(course):
    manifest, problems = read_manifest(course / "02-doubling" / MANIFEST)
    assert problems == []
    assert manifest is not None
    assert (manifest.needs.memory_mb, manifest.needs.cpus) == (768, 1.5)
    assert (manifest.exercises[0].points, manifest.exercises[0].memory_mb) == (10, 256)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "truth = ",
            "thruth = ",
            "experiments[0].thruth: there is no such key. Did you mean 'truth'?",
        ),
        (
            'truth = "two"',
            'truth = "x"',
            "experiments[0].truth: 'x' is not one of its choices (one, two)",
        ),
        ('id = "counting"', 'id = "count"', "id: 'count' is not the folder's slug, 'counting'"),
        ("minutes = 5", 'minutes = "5"', "minutes: should be a whole number, and is '5'"),
        ("minutes = 5", "minutes = 0", "minutes: is 0, and must be at least 1"),
        ("points = 4", "points = 0", "exercises[0].points: is 0, and must be at least 1"),
        ("points = 4", "points = 1.5", "exercises[0].points: should be a whole number"),
        ("points = 4", "points = 9999999", "points: is more than the 1,000,000 that it may be"),
        ("minutes = 5", "minutes = true", "minutes: should be a whole number, and is True"),
        ("cpus = 0.5", "cpus = nan", "sandbox.cpus: should be a number, and is nan"),
        ("cpus = 0.5", "cpus = -1", "sandbox.cpus: is -1, and must be more than 0"),
        ("services = []", 'services = ["redys"]', "sandbox.services: 'redys' is not one of redis"),
        ("range = [0, 100]", "range = [100, 0]", "gauges[0].range: [100, 0] does not go up"),
        ("range = [0, 100]", "range = [0]", "gauges[0].range: should be two numbers"),
        ('good = "<= 50"', 'good = "small"', "gauges[0].good: 'small' is not a comparison"),
        ('key = "b"', 'key = "q"', "triggers[0].key: 'q' is one of the course's own keys"),
        ('key = "b"', 'key = "ctrl"', "triggers[0].key: 'ctrl' is not one of the keys"),
        ('key = "b"', 'key = "k"', "triggers: the key 'k' is there twice"),
        ('id = "count"', 'id = "bump"', "the id 'bump' is there twice"),
        ('id = "bump"', 'id = "Bump it"', "triggers[0].id: 'Bump it' is not a function name"),
        ('title = "Count"', 'title = ""', "gauges[0].title: is empty"),
        (
            "default = 1\n",
            "default = 1979-05-27\n",
            "triggers[0].parameters[0].default: should be a JSON",
        ),
        ('kind = "function"', 'kind = "functoin"', "Did you mean 'function'?"),
        (
            'file = "add.py"',
            'file = "../add.py"',
            "exercises[0].file: '../add.py' is not a plain file name",
        ),
        ("format = 1", "format = 2", "format: this course reads format 1"),
        (
            "misconception = ",
            "why_not = ",
            "experiments[0].choices[0].misconception: a wrong choice needs one",
        ),
        ("requires = []", 'requires = "latency"', "requires: should be a list of strings"),
    ],
)
def test_a_fault_is_named_by_path_and_key(folder, old, new, complaint):
    folder.change(MANIFEST, old, new)
    found = _problems(folder)
    assert any(complaint in problem for problem in found), found
    assert all(f"01-counting/{MANIFEST}" in problem for problem in found)


def test_all_faults_are_collected_not_only_the_first(folder):
    folder.change(MANIFEST, "format = 1", "format = 7")
    folder.change(MANIFEST, "minutes = 5", "")
    folder.change(MANIFEST, 'truth = "two"', 'truth = "ten"')
    folder.change(MANIFEST, "[[gauges]]", "[[gauge]]")
    assert len(_problems(folder)) == 4


def test_text_that_is_not_toml_is_named_by_its_line(folder):
    folder.change(MANIFEST, 'id = "counting"', "id = ")
    assert _problems(folder)[0].endswith("lesson.toml:2: is not TOML: Invalid value")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"\xff\xfe", "not UTF-8"), (b"a=" + b"[" * 9000, "too deep"), (b"a=" + b"9" * 9000, "TOML")],
)
def test_bytes_that_are_no_manifest_are_a_problem_not_a_crash(folder, content, complaint):
    (folder.path / MANIFEST).write_bytes(content)
    assert complaint in _problems(folder)[0]


def test_a_missing_manifest_is_a_problem(folder):
    (folder.path / MANIFEST).unlink()
    assert _problems(folder)[0].endswith("lesson.toml: is missing")


def test_a_folder_without_a_number_is_a_problem(folder):
    renamed = folder.path.rename(folder.path.with_name("counting"))
    problems = read_manifest(renamed / MANIFEST)[1]
    assert "should be like 02-clustering" in str(problems[0])


_WORDS = st.sampled_from(
    ["format", "id", "title", "summary", "objectives", "minutes", "requires", "sandbox", "triggers",
     "gauges", "experiments", "exercises", "choices", "parameters", "key", "truth", "range", "x"]
)  # fmt: skip
_TABLES = st.recursive(
    json_values | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=6),
    max_leaves=12,
)


@given(found=st.dictionaries(_WORDS, _TABLES, max_size=8))
def test_no_table_whatever_is_in_it_crashes_the_reader(found, tmp_path_factory):
    complaints = Complaints(tmp_path_factory.getbasetemp() / "01-a" / MANIFEST)
    from course.content.manifest import _manifest

    assert isinstance(_manifest(Table(found, "", complaints), complaints), Manifest)
    assert complaints.problems


@given(text=st.text(max_size=200))
def test_no_text_crashes_the_reader(text, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "02-b" / MANIFEST
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    manifest, problems = read_manifest(path)
    assert problems or (tomllib.loads(text) and manifest)
