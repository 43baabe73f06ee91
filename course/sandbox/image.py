"""The sandbox image on an engine: found by what it is built from, carried, removed."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from course.errors import ImageMissing, SandboxError
from course.sandbox.engine import Engine
from course.sandbox.labels import BASE, IMAGE, SOURCE
from course.sandbox.material import source_digest
from course.sandbox.sweep import sweep

REPOSITORY = "scalability-course"


@dataclass(frozen=True, slots=True)
class Image:
    """A sandbox image on an engine.

    Args:
        id: The digest that names exactly this image.
        tag: A name for people.
        base: What it was built on.
        source: The digest of what it was built from.
    """

    id: str
    tag: str
    base: str
    source: str


def find_image(engine: Engine, source: str | None = None) -> Image | None:
    """The newest image that was built from these sources (ours unless told otherwise)."""
    wanted = source or source_digest()
    for found in engine.images(f"{SOURCE}={wanted}"):
        return Image(str(found["Id"]), tag_of(wanted), str(found["Labels"].get(BASE, "")), wanted)
    return None


def need_image(engine: Engine, source: str | None = None) -> Image:
    """The image, or ImageMissing with what to do."""
    image = find_image(engine, source)
    if image is None:
        raise ImageMissing(
            "The sandbox image is not built yet, or is older than this course.",
            "Build it: course sandbox build",
        )
    return image


def save_image(engine: Engine, path: Path, source: str | None = None) -> Image:
    """Write the image to a file (compressed when it ends in .gz), whole or not at all."""
    image = need_image(engine, source)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with _writer(unfinished, compressed=path.suffix == ".gz") as target:
            for chunk in engine.save(image.tag):
                target.write(chunk)
        unfinished.replace(path)
    except OSError as error:
        raise SandboxError(f"{path} could not be written.", "Is there room?", str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return image


def load_image(engine: Engine, path: Path, source: str | None = None) -> Image:
    """Read an image that `save_image` wrote; raises ImageMissing when it is of another version."""
    try:
        with path.open("rb") as tar:
            engine.load(tar)
    except OSError as error:
        raise SandboxError(f"{path} could not be read.", "", str(error)) from error
    image = find_image(engine, source)
    if image is None:
        raise ImageMissing(
            f"The image in {path.name} belongs to another version of this course.",
            "Save it with the version that runs here, or build it: course sandbox build",
        )
    return image


def clean(engine: Engine) -> tuple[list[str], list[str]]:
    """Remove left-over boxes and all our images; returns what went: boxes, images."""
    boxes = sweep(engine)
    order = {"sandbox": 0, "packages": 1, "base": 2}
    images = engine.images(IMAGE)
    images.sort(key=lambda image: order.get(image["Labels"].get(IMAGE, ""), 3))
    removed = [_name(image) for image in images if engine.remove_image(str(image["Id"]))]
    return boxes, removed


def tag_of(source: str) -> str:
    """The name for people of an image built from these sources."""
    return f"{REPOSITORY}:{source[:12]}"


def _name(image: dict[str, Any]) -> str:
    tags = image.get("RepoTags") or []
    return str(tags[0]) if tags else str(image["Id"])


def _writer(path: Path, *, compressed: bool) -> IO[bytes]:
    if compressed:
        return cast("IO[bytes]", gzip.open(path, "wb", compresslevel=1))
    return path.open("wb")
