"""Every exercise says piece by piece what its task states."""

from course.content.rules import TABLE
from tests.house.source import ROOT


def test_every_exercise_has_its_rules():
    folders = sorted(path.parent for path in ROOT.glob("lessons/*/exercises/*/task.md"))
    lost = [one.relative_to(ROOT / "lessons").as_posix() for one in folders
            if not (one / TABLE).is_file()]  # fmt: skip
    assert folders
    assert lost == []
