"""`course sandbox`: the Docker image, built once, carried, cleaned away."""

import argparse
from pathlib import Path

from course.cli.output import explain, show, show_json
from course.cli.parser import Commands
from course.cli.wiring import Wiring


def add(commands: Commands) -> None:
    """Declare it and what stands below it."""
    parser = commands.add("sandbox", "build, carry or remove the Docker sandbox's image", None)
    below = Commands(parser, is_required=True)
    build = below.add("build", "build the image (minutes, once)", run_build)
    below.option(
        build, "--base", metavar="BASE", default="auto",
        help="auto, mongo, debootstrap or the name of a Debian or Ubuntu image",
    )  # fmt: skip
    below.add("clean", "remove left-over boxes and our images", run_clean)
    save = below.add("save", "write the image to a file, for other machines", run_save)
    save.add_argument("file", metavar="FILE", type=Path, help="as sandbox.tar.gz")
    load = below.add("load", "read an image that `save` wrote", run_load)
    load.add_argument("file", metavar="FILE", type=Path)


def run_build(options: argparse.Namespace, _wiring: Wiring) -> int:
    """Build it, saying how far it is."""
    from course.sandbox.build import build_image
    from course.sandbox.engine import connect

    image = build_image(connect(), options.base, _tell)
    return _done(options, "The image is built.", image.tag, image.base)


def run_save(options: argparse.Namespace, _wiring: Wiring) -> int:
    """Write it to a file."""
    from course.sandbox.engine import connect
    from course.sandbox.image import save_image

    image = save_image(connect(), options.file)
    return _done(options, f"The image is in {options.file}.", image.tag, image.base)


def run_load(options: argparse.Namespace, _wiring: Wiring) -> int:
    """Read it from a file."""
    from course.sandbox.engine import connect
    from course.sandbox.image import load_image

    image = load_image(connect(), options.file)
    return _done(options, "The image is here.", image.tag, image.base)


def run_clean(options: argparse.Namespace, _wiring: Wiring) -> int:
    """Remove what is ours."""
    from course.sandbox.engine import connect
    from course.sandbox.image import clean

    boxes, images = clean(connect())
    if options.json:
        show_json({"version": 1, "boxes": [*boxes], "images": [*images]})
    else:
        show([f"Removed {len(boxes)} boxes and {len(images)} images."])
        show(f"  {name}" for name in (*boxes, *images))
    return 0


def _done(options: argparse.Namespace, sentence: str, tag: str, base: str) -> int:
    if options.json:
        show_json({"version": 1, "image": tag, "base": base})
    else:
        show([f"{sentence} ({tag}, on {base})"])
    return 0


def _tell(step: str, detail: str) -> None:
    explain(f"{step}: {detail}" if detail else step)
