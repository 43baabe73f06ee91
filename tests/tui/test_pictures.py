"""One picture per screen and state that matters; look at it before you keep another."""

import pytest

from tests.tui.scenes import SCENES


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_the_screen_looks_as_it_did(scene, study, picture):
    async with scene(study) as pilot:
        assert picture(pilot), scene.__doc__
