"""The image is found by what it is built from, and travels as a file."""

import pytest

from course.errors import ImageMissing, SandboxError
from course.sandbox.build import build_image
from course.sandbox.image import find_image, load_image, save_image

pytestmark = pytest.mark.docker


def test_the_image_of_other_sources_is_not_found(engine, image):
    assert find_image(engine, image.source) == image
    assert find_image(engine, "0" * 64) is None


def test_the_image_is_small_in_what_it_may_do(ask, image):
    files = ask("sorted(p.name for p in Path('/opt/sandbox').iterdir())")
    assert "__main__.py" in files
    assert not {"Dockerfile", "seccomp.json", "seccomp.py"} & set(files)
    owners = "{(s.st_uid, s.st_mode & 0o022) for p in Path('/opt/sandbox').rglob('*')"
    assert ask(f"list({owners} for s in [p.stat()]}})") == [[0, 0]]


def test_the_agent_is_compiled_ahead(ask):
    sources = "{p.stem for p in Path('/opt/sandbox/agent').glob('*.py')}"
    compiled = "{p.name.split('.')[0] for p in Path('/opt/sandbox/agent/__pycache__').iterdir()}"
    assert ask(f"list({sources} - {compiled})") == []


@pytest.mark.slow
def test_building_again_is_quick_and_gives_the_same_image(engine, image):
    steps = []
    again = build_image(engine, image.base, lambda step, detail: steps.append((step, detail)))
    assert again.base == image.base
    assert {"packages", "image"} <= {step for step, _ in steps}
    assert not [detail for _, detail in steps if "\x1b" in detail]


def test_a_base_that_is_nowhere_is_named_with_what_to_do(engine):
    with pytest.raises(SandboxError) as raised:
        build_image(engine, "localhost:1/no/such:image")
    assert "localhost:1/no/such:image" in raised.value.summary
    assert "--base" in raised.value.hint


@pytest.mark.slow
def test_a_saved_image_loads_again(engine, image, tmp_path):
    path = tmp_path / "image.tar"
    assert save_image(engine, path, image.source) == image
    assert list(tmp_path.iterdir()) == [path]
    assert load_image(engine, path, image.source) == image


@pytest.mark.parametrize("content", [b"", b"not an image"])
def test_a_file_that_is_no_image_is_refused(engine, tmp_path, content):
    (tmp_path / "image.tar").write_bytes(content)
    with pytest.raises((SandboxError, ImageMissing)):
        load_image(engine, tmp_path / "image.tar")


def test_a_place_that_cannot_be_written_is_named(engine, image, tmp_path):
    with pytest.raises(SandboxError, match="could not be written"):
        save_image(engine, tmp_path / "missing" / "image.tar", image.source)
