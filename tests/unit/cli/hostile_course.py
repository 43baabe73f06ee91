"""A course in which every text, value and file name tries to steer the terminal."""

import re
import shutil
from pathlib import Path

from tests.fixture_course import FIXTURES

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202e\u2066\x08\r\x00"
IN_TEXT = EVIL.replace("\x00", "").replace("\r", "")
IN_NAME = EVIL.replace("\x00", "")
ESCAPED = "".join(f"\\u{ord(one):04x}" for one in EVIL)  # as TOML and Python write it
WORDS = ("title", "summary", "help", "text", "misconception", "question", "why", "unit")


def write_hostile_course(folder: Path) -> Path:
    """The fixture course, with all of that in it; its folder's name is no better."""
    course = folder / f"course{IN_NAME}"
    shutil.copytree(FIXTURES, course)
    for file in sorted(course.rglob("*")):
        if file.suffix == ".toml":
            _toml(file)
        elif file.suffix == ".md":
            file.write_text(_in_prose(file.read_text(encoding="utf-8")), encoding="utf-8")
        elif file.suffix == ".py":
            _python(file)
    (course / "03-broken" / "exercises" / f"more{IN_NAME}").mkdir(parents=True)
    broken = f'format = 1\nid = "{ESCAPED}"\ntitle = 5\n"{ESCAPED}" = ["{ESCAPED}"]\n'
    (course / "03-broken" / "lesson.toml").write_text(broken)
    odd = course / f"04-{IN_NAME}"
    odd.mkdir()
    (odd / "lesson.toml").write_bytes(b'title = "' + EVIL.encode() + b'"\n')
    return course


def _toml(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for word in WORDS:
        text = re.sub(
            rf'^({word} = ".*)"$', lambda found: f'{found[1]}{ESCAPED}"', text, flags=re.M
        )
    file.write_text(text, encoding="utf-8")


def _in_prose(text: str) -> str:
    """Behind each line that is not in a fence."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    return "".join(
        part if part.startswith("```") else re.sub(r"(?<=\w)$", IN_TEXT, part, flags=re.M)
        for part in parts
    )


def _python(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    text = text.replace('."""\n', f'.{ESCAPED}"""\n').replace('.")\n', f'.{ESCAPED}")\n')
    text = re.sub(r'(, f"[^"]*)"$', lambda found: f'{found[1]}{ESCAPED}"', text, flags=re.M)
    file.write_text(f"# {IN_TEXT.replace(chr(8), '')}\n{text}", encoding="utf-8")
