"""`course new`: start a lesson or an exercise from a template that works."""

import argparse

from course.cli.output import explain, show
from course.cli.parser import Commands
from course.cli.wiring import Wiring
from course.content.folders import lesson_folders
from course.content.naming import find_lesson
from course.content.scaffold import new_exercise, new_lesson


def add(commands: Commands) -> None:
    """Declare it."""
    parser = commands.add("new", "start a lesson or an exercise", None)
    kinds = Commands(parser, is_required=True)
    lesson = kinds.add("lesson", "start a lesson from a working one", run_lesson)
    lesson.add_argument("name", metavar="SLUG", help="as back-pressure, or 11-back-pressure")
    exercise = kinds.add("exercise", "add an exercise to a lesson", run_exercise)
    exercise.add_argument("name", metavar="LESSON/ID", help="as 02/take_turns")


def run_lesson(options: argparse.Namespace, wiring: Wiring) -> int:
    """Make the folder."""
    course = wiring.catalog.folder
    is_begun = bool(lesson_folders(course))
    folder = new_lesson(course, options.name)
    if not is_begun:
        wiring.consent.begin()
    show([str(folder)])
    explain(f"It works as it is: course verify {folder.name[3:]}. Now make it yours.")
    return 0


def run_exercise(options: argparse.Namespace, wiring: Wiring) -> int:
    """Make the exercise."""
    lesson, _, name = options.name.partition("/")
    folder = new_exercise(find_lesson(wiring.catalog.lessons, lesson).folder, name)
    show([str(folder)])
    explain("It is declared in lesson.toml and placed at the end of lesson.md.")
    return 0
