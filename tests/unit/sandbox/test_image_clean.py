"""An image is carried whole or not at all; cleaning takes ours and nobody else's."""

import gzip

import pytest

from course.errors import SandboxError
from course.sandbox.image import clean, save_image


class ShelfOfImages:
    """The part of an engine that cleaning uses."""

    def __init__(self, *images):
        self.shelf = list(images)
        self.asked = []
        self.torn = set()

    def containers(self, label):
        self.asked.append(label)
        return []

    def images(self, label):
        return [image for image in self.shelf if label in image["Labels"]]

    def save(self, tag):
        yield from (b"first ", b"second")
        if tag in self.torn:
            raise OSError(28, "No space left on device")

    def remove_image(self, image_id):
        kept = [image for image in self.shelf if image["Id"] != image_id]
        is_used = any(image.get("from") == image_id for image in kept)
        if not is_used:
            self.shelf = kept
        return not is_used


def image(name, role, origin=None):
    labels = {"course.image": role} if role else {}
    return {"Id": name, "RepoTags": [f"{name}:1"], "Labels": labels, "from": origin}


def test_images_go_in_the_order_in_which_they_stand_on_each_other():
    engine = ShelfOfImages(
        image("base", "base"),
        image("packages", "packages", "base"),
        image("ours", "sandbox", "packages"),
    )
    boxes, images = clean(engine)
    assert boxes == []
    assert images == ["ours:1", "packages:1", "base:1"]
    assert engine.shelf == []


def test_other_images_and_used_ones_stay():
    others = image("other", None, "packages")
    engine = ShelfOfImages(image("packages", "packages"), others)
    assert clean(engine) == ([], [])
    assert others in engine.shelf


def test_boxes_are_looked_for_by_our_label():
    engine = ShelfOfImages()
    clean(engine)
    assert engine.asked == ["course.run"]


@pytest.fixture
def saved():
    """A shelf that holds the image of the sources "abc"."""
    found = image("ours", "sandbox") | {"Id": "sha256:1"}
    found["Labels"]["course.source=abc"] = ""
    return ShelfOfImages(found)


@pytest.mark.parametrize(("name", "opener"), [("image.tar", open), ("image.tar.gz", gzip.open)])
def test_a_file_is_compressed_when_its_name_says_so(saved, tmp_path, name, opener):
    save_image(saved, tmp_path / name, "abc")
    with opener(tmp_path / name, "rb") as file:
        assert file.read() == b"first second"


def test_a_file_that_could_not_be_finished_is_not_there(saved, tmp_path):
    saved.torn.add("scalability-course:abc")
    with pytest.raises(SandboxError, match="could not be written"):
        save_image(saved, tmp_path / "image.tar", "abc")
    assert list(tmp_path.iterdir()) == []
