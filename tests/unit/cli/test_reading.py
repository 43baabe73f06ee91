import shutil

import pytest

from course.cli.main import MODULES, main
from course.model.event import Event
from tests.fixture_course import FIXTURES


def test_list_json_is_the_documented_object(course):
    ran = course("list", "--json")
    assert ran.code == 0
    lessons = ran.json["lessons"]
    assert [(one["id"], one["number"], one["state"]) for one in lessons] == [
        ("counting", 1, "new"), ("doubling", 2, "new"),
    ]  # fmt: skip
    exercise = lessons[0]["exercises"][0]
    assert (exercise["id"], exercise["title"], exercise["state"]) == (
        "add", "Write the counter", "new",
    )  # fmt: skip


def test_list_fits_the_width_and_says_the_state_in_words(course):
    ran = course("list")
    assert ran.code == 0
    assert "01 Counting: the smallest lab there is" in ran.out
    assert ran.out.count("new") == 4
    assert max(map(len, ran.out.splitlines())) <= 80


def test_a_broken_lesson_is_named_and_the_others_are_listed(course, tmp_path):
    shutil.copytree(FIXTURES, tmp_path / "lessons")
    (tmp_path / "lessons" / "01-counting" / "lesson.toml").write_text("format = 9\n")
    ran = course("list", at=tmp_path)
    assert ran.code == 0
    assert "Doubling" in ran.out
    assert "lesson.toml: format: this course reads format 1" in " ".join(ran.out.split())


def test_next_says_where_and_which_command(course):
    assert "Next: step 1 of 3, Bump it" in course("next").out
    assert course("next", "--json").json == {
        "version": 1, "lesson": "counting", "step": 1, "exercise": None,
    }  # fmt: skip


def test_hints_come_one_at_a_time_and_are_remembered(course):
    assert [course("hint", "01/add", "--json").json["number"] for _ in range(4)] == [1, 2, 3, 3]
    assert course("list", "--json").json["lessons"][0]["exercises"][0]["hints_seen"] == 3


def test_the_solution_is_not_shown_before_a_pass(course):
    ran = course("solution", "01/add")
    assert (ran.code, ran.out) == (1, "")
    assert "once your own has passed" in ran.err


def test_open_without_a_terminal_prints_the_path_and_starts_nothing(course, home, monkeypatch):
    monkeypatch.setenv("VISUAL", "false")
    ran = course("open", "c/a")
    assert (ran.code, ran.out) == (0, f"{home / 'workspace' / 'counting' / 'add' / 'add.py'}\n")


def test_reset_keeps_the_old_file_and_says_where(course):
    path = course("open", "01", "--json").json["file"]
    with open(path, "w") as file:  # noqa: PTH123 - as an editor would
        file.write("mine")
    kept = course("reset", "01/add", "--json").json["kept"]
    with open(kept) as file:  # noqa: PTH123
        assert file.read() == "mine"
    assert course("list", "--json").json["lessons"][0]["exercises"][0]["state"] == "started"


def test_a_data_folder_that_cannot_be_made_is_a_sentence(course, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file" / "home"))
    ran = course("list")
    assert ran.code == 2
    assert "Set COURSE_HOME" in ran.err


def test_progress_that_was_mended_is_told_on_stderr_and_stdout_stays_json(course, home):
    course("hint", "01")
    course("list")  # keeps a good copy
    (home / "progress.db").write_bytes(b"junk" * 999)
    ran = course("list", "--json")
    assert ran.json["lessons"][0]["exercises"][0]["hints_seen"] == 1
    assert "The last good copy is back" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lst"], "Did you mean 'list'?"),
        (["list", "--jsno"], "Did you mean '--json'?"),
        (["check", "01", "--fiel=x"], "Did you mean '--file'?"),
        (["sandbox", "biuld"], "Did you mean 'build'?"),
        (["--sandbox", "dokcer", "list"], "invalid choice"),
        (["check"], "EXERCISE"),
        (["check", "countign/add"], "Did you mean 'counting'?"),
        (["check", "01/adds"], "Did you mean 'add'?"),
        (["check", "01", "--file", "/nope.py"], "There is no file /nope.py."),
        (["run", "01", "--do", "bmup"], "Did you mean 'bump'?"),
        (["run", "01", "--do", "bump:bi=1"], "Its parameters: by, label."),
        (["run", "01", "--do", "bump:by=x"], "'x' is not a whole number"),
        (["run", "01", "--observe", "bump"], "counting has no experiment 'bump'."),
        (["run", "01", "--do", "twice:by=1"], "takes no parameters"),
        (["run", "01", "--record", "/nope/x"], "/nope/x cannot be written"),
        (["replay", "/nope"], "/nope cannot be read"),
        (["hint", "99"], "There is no lesson '99'."),
        (["--course", "/nope", "list"], "There is no folder /nope."),
        ([], "needs a terminal"),
        (["--record", "x", "list"], "`course run` has its own"),
    ],
)
def test_a_wrong_command_line_is_a_sentence_and_exit_code_2(course, arguments, told):
    ran = course(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


def test_options_may_stand_before_or_after_the_command(course):
    assert course("--json", "list").json == course("list", "--json").json


def test_version_is_said(course):
    assert course("--version").out.startswith("scalability-course ")


def test_a_bug_of_ours_is_caught_once_written_down_and_named(course, home, monkeypatch):
    def broken(_self: object) -> list[Event]:
        raise RuntimeError("\x1b[31mred")

    monkeypatch.setattr("course.runs.reader.Reader.cards", broken)
    ran = course("list")
    assert ran.code == 4
    assert "this is a bug in the course: RuntimeError" in ran.err
    assert "\x1b" not in ran.err
    log = next((home / "logs").iterdir())
    assert log.name in ran.err
    assert "Traceback" in log.read_text()


def test_a_step_is_read_with_the_command_for_every_live_part_and_remembered(course):
    ran = course("read", "01")
    assert ran.code == 0
    assert "Step 1 of 3: Bump it" in ran.out
    assert "  course run counting --do bump:by=2,label=double" in ran.out
    assert "Go on: course read counting 2" in ran.out
    assert "course run counting --predict twice=CHOICE" in course("read", "01", "2").out
    assert course("next", "--json").json["step"] == 2
    assert course("read", "01", "--json").json["title"] == "Think first"
    assert "Write `add(numbers)`" in course("read", "01", "3").out
    assert course("next", "--json").json["exercise"] == "counting/add"


@pytest.mark.parametrize("step", ["0", "4", "-1", "x"])
def test_a_step_that_is_not_there_is_a_sentence(course, step):
    ran = course("read", "01", step)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--seed", "-1"),
        ("--seed", "9" * 30),
        ("--stay", "nan"),
        ("--stay", "inf"),
        ("--stay", "-1"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(course, option, value):
    ran = course("run", "01", f"{option}={value}")
    assert ran.code == 2
    assert f"argument {option}" in ran.err.lower()


@pytest.mark.parametrize("command", MODULES)
def test_help_of_every_command_is_there(command, capsys, home):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: course {command}" in capsys.readouterr().out


def test_help_lists_every_command(capsys, home):
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert [command for command in MODULES if f"\n    {command} " not in out] == []
