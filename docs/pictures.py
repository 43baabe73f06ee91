"""Draw the pictures of the docs from the scenes that the tests look at: `make docs`."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

from tests.tui.fakes import FakeStudy
from tests.tui.scenes import SCENES, Scene
from tests.tui.svg import picture_of

SHOWN = (
    "home",
    "home_first_start",
    "lesson_crashed",
    "lesson_crashed_light",
    "lesson_small_lab",
    "experiment_wrong",
    "exercise_failed",
    "exercise_passed",
)
PICTURES = Path(__file__).resolve().parent / "pictures"


def main() -> None:
    """Draw every scene."""
    for scene in (scene for scene in SCENES if scene.__name__ in SHOWN):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            study = FakeStudy(Path("workspace"))
            study.folder.mkdir()
            svg = asyncio.run(_draw(scene, study))
        (PICTURES / f"{scene.__name__}.svg").write_text(svg, encoding="utf-8")


async def _draw(scene: Scene, study: FakeStudy) -> str:
    async with scene(study) as pilot:
        return picture_of(pilot)


if __name__ == "__main__":
    main()
