"""Whose work it is, and which file answers which exercise."""

import os
from contextlib import closing

import pytest

from course.errors import SubmissionRefused, UsageError
from course.runs.grading.batch import Batch
from course.runs.grading.ledger import Ledger
from course.runs.grading.scope import find_scope
from course.runs.grading.submissions import discover
from tests.unit.grading.archives_of import zipped
from tests.unit.grading.conftest import TERMS, FakeHand


@pytest.fixture
def found(tmp_path):
    """Discover below a folder of the test; learners with exercise and files."""

    def find(scope, *paths, **more):
        tasks = discover(
            list(paths) or [tmp_path / "class"], scope, lambda: tmp_path / "out", **more
        )
        return [(task.entry.learner.id, task.exercise.slug, task.files()) for task in tasks]

    return find


@pytest.fixture
def write(tmp_path):
    def put(name, content=b"x"):
        path = tmp_path / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return put


def test_a_folder_holds_a_folder_a_file_or_an_archive_for_each_learner(one, found, write):
    write("anna/add.py", b"a")
    write("bert.py", b"b")
    write("carl.zip", zipped({"work/add.py": b"c", "work/more.py": b"d"}))
    write(".DS_Store")
    assert found(one) == [
        ("anna", "counting/add", {"add.py": b"a"}),
        ("bert", "counting/add", {"add.py": b"b"}),
        ("carl", "counting/add", {"add.py": b"c", "more.py": b"d"}),
    ]


def test_the_only_file_is_meant_whatever_it_is_called(one, found, write):
    write("anna/add (1).py", b"a")
    assert found(one)[0][2] == {"add.py": b"a"}


def test_where_there_are_more_the_name_has_to_fit(one, found, write):
    write("anna/one.py")
    write("anna/two.py")
    assert found(one)[0][2] == {}


def test_what_tools_leave_is_not_handed_in(one, found, write):
    write("anna/add.py", b"a")
    write("anna/__pycache__/add.pyc")
    write("anna/.git/config")
    assert found(one)[0][2] == {"add.py": b"a"}


@pytest.mark.parametrize(
    "place", ["01-counting/add/add.py", "counting/add/add.py", "add/add.py", "add.py", "w/add.py"]
)
def test_a_whole_course_is_found_by_folders_or_by_names(both, found, write, place):
    write(f"anna/{place}", b"a")
    write("anna/02-doubling/double/double.py", b"d")
    answers = {slug: files for _, slug, files in found(both)}
    assert answers == {"counting/add": {"add.py": b"a"}, "doubling/double": {"double.py": b"d"}}


def test_what_was_not_handed_in_is_there_all_the_same(both, found, write):
    write("anna/add.py", b"a")
    assert [(slug, bool(files)) for _, slug, files in found(both)] == [
        ("counting/add", True),
        ("doubling/double", False),
    ]


def test_a_csv_says_who_is_who(one, found, write, tmp_path):
    write("x1.py", b"a")
    roll = tmp_path / "roll.csv"
    roll.write_text('\ufeffStudent,ID,Section,path\n"Doe, Jane",12,01,class/x1.py\n')
    (task,) = discover([roll], one, lambda: tmp_path)
    assert task.files() == {"add.py": b"a"}
    assert (task.entry.learner.id, task.entry.learner.name) == ("12", "Doe, Jane")
    assert task.entry.learner.column("section") == "01"


@pytest.mark.parametrize(
    "text", ["", "name\nx\n", "id,path\n,x.py\n", "id,path\n1,\n", "id,path\n1,nowhere.py\n"]
)
def test_a_csv_that_says_too_little_is_refused_with_its_line(one, found, tmp_path, text):
    roll = tmp_path / "roll.csv"
    roll.write_text(text)
    with pytest.raises(UsageError, match=r"roll\.csv"):
        found(one, roll)


def test_an_archive_of_a_class_is_a_folder_of_submissions(one, found, tmp_path):
    archive = tmp_path / "class.zip"
    archive.write_bytes(zipped({"export/anna/add.py": b"a", "export/bert/add.py": b"b"}))
    assert [(learner, files["add.py"]) for learner, _, files in found(one, archive)] == [
        ("anna", b"a"),
        ("bert", b"b"),
    ]


def test_one_learners_checkout_can_be_graded_alone(one, found, write, tmp_path):
    write("add.py", b"a")
    write("notes.txt")
    (answer,) = found(one, tmp_path / "class", learner="anna")
    assert answer == ("anna", "counting/add", {"add.py": b"a", "notes.txt": b"x"})


def test_a_learner_who_is_there_twice_stops_it(one, found, write):
    write("anna/add.py")
    write("anna.py")
    with pytest.raises(UsageError, match=r"anna.*twice"):
        found(one)


def test_nothing_to_grade_is_said(one, found, tmp_path):
    (tmp_path / "class").mkdir()
    with pytest.raises(UsageError, match="nothing to grade"):
        found(one)
    with pytest.raises(UsageError, match="There is no"):
        found(one, tmp_path / "nowhere")


def test_links_pipes_and_depths_are_that_learners_problem(one, write, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("secret")
    write("good.py")
    folder = tmp_path / "class"
    (folder / "a.py").symlink_to(secret)
    (folder / "b").mkdir()
    (folder / "b" / "add.py").symlink_to(secret)
    (folder / "c").symlink_to(tmp_path)
    os.mkfifo(folder / "d.py")
    write("e/" + "/".join("f" * 20) + "/add.py")
    tasks = discover([folder], one, lambda: tmp_path)
    hands = {task.entry.learner.id: FakeHand().grade(task).grade for task in tasks}
    assert sorted(hands) == ["a", "b", "c", "d", "e", "good"]
    assert not any("secret" in grade.why for grade in hands.values())
    refused = {name for name, grade in hands.items() if not grade.submission}
    assert refused == {"a", "b", "c", "d", "e"}


def test_a_file_that_is_too_large_is_that_learners_problem(one, write, tmp_path):
    write("anna/add.py", bytes(2 << 20))
    (task,) = discover([tmp_path / "class"], one, lambda: tmp_path)
    with pytest.raises(SubmissionRefused, match="larger than 1 MiB"):
        task.files()


def test_a_learner_whose_name_is_no_utf8_is_graded_once(one, write, tmp_path):
    write(os.fsdecode(b"caf\xe9/add.py"), b"a + b")
    tasks = discover([tmp_path / "class"], one, lambda: tmp_path)
    assert [task.entry.learner.id for task in tasks] == [r"caf\xe9"]
    with closing(Ledger(tmp_path / "work", {})) as ledger:
        batch = Batch(tasks, ledger, TERMS)
        batch.run(lambda all_of: ((one, FakeHand().grade(one)) for one in all_of), print)
        assert Batch(tasks, ledger, TERMS).left == 0
        assert len(list(batch.write_receipts(bytes(32)).iterdir())) == 1


def test_exercise_and_lesson_exclude_each_other(lessons):
    with pytest.raises(UsageError):
        find_scope(lessons, "counting/add", "counting")
    assert [one.slug for one in find_scope(lessons, lesson="1").exercises] == ["counting/add"]
