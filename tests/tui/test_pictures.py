"""One picture per screen and state that matters; look at it before you keep another."""

from pathlib import Path

import pytest

from tests.tui.scenes import SCENES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_the_screen_looks_as_it_did(scene, study, picture):
    async with scene(study) as pilot:
        assert picture(pilot), scene.__doc__


def test_the_pictures_in_the_docs_are_these():
    kept = Path(__file__).parent / "__snapshots__" / "test_pictures"
    for shown in (ROOT / "docs" / "pictures").glob("*.svg"):
        same = kept / f"test_the_screen_looks_as_it_did[{shown.stem}].svg"
        assert shown.read_text() == same.read_text(), f"{shown.name}: run `make docs`"
