"""New lessons and exercises, copied from a template that is itself a working lesson."""

import re
import shutil
from pathlib import Path

from course.content.folders import FOLDER, find_course, lesson_folders
from course.errors import UsageError

TEMPLATE = "_template"  # beside our own lessons
SLUG = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
EXERCISE = re.compile(r"[a-z][a-z0-9_]*[a-z0-9]")
TEMPLATE_SLUG, TEMPLATE_EXERCISE = "new-lesson", "retry"


def template() -> Path:
    """The lesson that new ones start from."""
    return find_course() / TEMPLATE


def new_lesson(course: Path, name: str) -> Path:
    """Make `NN-slug` in a course folder; the number is the next one unless `name` has one."""
    number, slug = _numbered(course, name)
    folder = course / f"{number:02}-{slug}"
    if folder.exists():
        raise UsageError(f"There is a {folder.name} already.", "Choose another number or slug.")
    shutil.copytree(template(), folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    manifest = folder / "lesson.toml"
    manifest.write_text(manifest.read_text().replace(f'"{TEMPLATE_SLUG}"', f'"{slug}"', 1))
    return folder


def new_exercise(lesson: Path, name: str) -> Path:
    """Add an exercise to a lesson's folder and to the end of its lesson.toml and lesson.md."""
    if not EXERCISE.fullmatch(name):
        raise UsageError(f"'{name}' is no exercise id.", "Use letters, digits and _: take_turns")
    folder = lesson / "exercises" / name
    if folder.exists():
        raise UsageError(f"There is an exercise {name} already.", "Choose another id.")
    source = template() / "exercises" / TEMPLATE_EXERCISE
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / f"{TEMPLATE_EXERCISE}.py").rename(folder / f"{name}.py")
    (folder / f"test_{TEMPLATE_EXERCISE}.py").rename(folder / f"test_{name}.py")
    _append(lesson / "lesson.toml", _declaration(name))
    _append(lesson / "lesson.md", f"```exercise\n{name}\n```\n")
    return folder


def _numbered(course: Path, name: str) -> tuple[int, str]:
    given = FOLDER.fullmatch(name)
    if given:
        return int(name[:2]), name[3:]
    if not SLUG.fullmatch(name):
        raise UsageError(f"'{name}' is no slug.", "Use letters, digits and dashes: back-pressure")
    taken = [int(one.name[:2]) for one in lesson_folders(course) if one.name[:2].isdigit()]
    return max(taken, default=0) + 1, name


def _declaration(name: str) -> str:
    """What the template's manifest says of its exercise, with the new name."""
    manifest = (template() / "lesson.toml").read_text()
    return manifest[manifest.index("[[exercises]]") :].replace(TEMPLATE_EXERCISE, name)


def _append(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text().rstrip()}\n\n{text}")
