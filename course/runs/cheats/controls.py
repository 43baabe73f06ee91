"""What a reader of our sources would try to steer: paths and fields that stand in them."""

import re
from collections.abc import Iterable, Iterator

from course.model.json import JSON
from course.model.lesson import Exercise

MOST_PATHS, MOST_FIELDS = 60, 16
_PATH = re.compile(r"""["'](/[_a-z][\w/]*)/?["'?{]""")
_FIELD = re.compile(
    r"""\.get\(["']([a-z_]+)["']|fields\[["']([a-z_]+)["']\]|["']([a-z_]+)["'] in """
)
_TOLD = re.compile(r"\.tell\((.*?)\)", re.DOTALL)
_NAMED = re.compile(r"\b([a-z_]+)=")
KNOWN = (
    "/_",
    "/settings",
    "/_settings",
    "/zero",
    "/_zero",
    "/steady",
    "/revive",
    "/clear",
    "/heal",
)
WELL: tuple[JSON, ...] = (
    {"zero": True, "mood": "well"},
    {"mood": "well", "delay": 0, "fail": False, "down": False, "status": 200},
    {},
)  # fmt: skip


def control_paths(exercise: Exercise) -> list[str]:
    """Paths that the lesson's own programs may answer."""
    found = dict.fromkeys(KNOWN)
    found |= dict.fromkeys(path for text in _texts(exercise) for path in _PATH.findall(text))
    return list(found)[:MOST_PATHS]


def control_bodies(exercise: Exercise) -> list[JSON]:
    """What to tell them: fields as the sources name them, set to what is well."""
    names = dict.fromkeys(name for text in _texts(exercise) for name in _fields(text))
    chosen = list(names)[:MOST_FIELDS]
    own: list[JSON] = [dict.fromkeys(chosen, True), dict.fromkeys(chosen, 0)] if chosen else []
    return [*WELL, *own]


def _fields(text: str) -> Iterator[str]:
    for groups in _FIELD.findall(text):
        yield from (name for name in groups if name)
    for told in _TOLD.findall(text):
        yield from _NAMED.findall(told)


def _texts(exercise: Exercise) -> Iterable[str]:
    beside = sorted(exercise.folder.parents[1].glob("*.py"))
    ours = [path for path in (exercise.rig, exercise.harness) if path is not None]
    return (path.read_text(encoding="utf-8", errors="replace") for path in (*ours, *beside))
