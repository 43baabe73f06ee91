"""The wheel and the sdist carry everything; a wheel runs with its declared dependencies alone."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tests.house.source import ROOT

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command as on somebody's machine, and return what it printed."""
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"HOME": str(cwd), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def build(source: Path, target: str, place: Path) -> Path:
    """Build a wheel or an sdist from a source tree."""
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", place, cwd=source)
    (built,) = place.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree inside a freshly built sdist."""
    place = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build(ROOT, "sdist", place / "built")) as sdist:
        sdist.extractall(place / "tree", filter="data")
    (tree,) = (place / "tree").iterdir()
    return tree


def names(wheel: Path) -> set[str]:
    """The files inside a wheel."""
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def files(folder: str) -> set[str]:
    """The files of a folder of the checkout that belong to a package."""
    found = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.as_posix() for path in found if not any(map(is_cache, path.parts))}


def is_cache(part: str) -> bool:
    """Tell what tools leave behind from what was written."""
    return part == "__pycache__" or part.startswith(".")


def test_the_wheel_carries_lessons_sandboxes_and_their_lock(wheel):
    carried = files("lessons") | files("sandboxes") | {"requirements/sandbox.txt"}
    expected = {f"course/_data/{name}" for name in carried}
    assert expected - names(wheel) == set()


def test_the_wheel_carries_the_course_and_nothing_else(wheel):
    assert files("course") - names(wheel) == set()
    tops = {name.partition("/")[0] for name in names(wheel)}
    assert tops == {"course", wheel.name.split("-py3")[0] + ".dist-info"}
    assert not [name for name in names(wheel) if "__pycache__" in name]


def test_the_sdist_is_complete_enough_to_build_the_same_wheel(wheel, unpacked, tmp_path):
    assert names(build(unpacked, "wheel", tmp_path / "wheel")) == names(wheel)
    for name in ("Makefile", "requirements/run.txt", "tests/conftest.py", ".ci/run"):
        assert (unpacked / name).is_file(), name


def test_an_installed_wheel_lists_the_lessons(wheel, tmp_path):
    run(sys.executable, "-m", "venv", "--without-pip", "environment", cwd=tmp_path)
    environment = tmp_path / "environment"
    link_locked_packages(next(environment.glob("lib/python*/site-packages")))
    uv = shutil.which("uv", path=sysconfig.get_path("scripts")) or shutil.which("uv")
    assert uv, "uv is in requirements/dev.txt"
    python = environment / "bin" / "python"
    run(uv, "pip", "install", "--offline", "--no-deps", "--python", python, wheel, cwd=tmp_path)

    by_name = json.loads(run(environment / "bin" / "course", "list", "--json", cwd=tmp_path))
    as_module = json.loads(run(python, "-m", "course", "list", "--json", cwd=tmp_path))

    assert [lesson["id"] for lesson in by_name["lessons"]] == lessons()
    assert as_module == by_name


def lessons() -> list[str]:
    """The slugs of the lessons in the checkout, in order."""
    manifests = sorted((ROOT / "lessons").glob("[0-9]*/lesson.toml"))
    return [path.parent.name.partition("-")[2] for path in manifests]


def link_locked_packages(place: Path) -> None:
    """Give an environment the packages that a run needs, and no other."""
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    here = Path(sysconfig.get_path("purelib"))
    for name in re.findall(r"^([a-z0-9][\w.-]*)==", lock, re.MULTILINE):
        try:
            shipped = metadata.files(name) or []
        except metadata.PackageNotFoundError:
            continue  # a package of another platform
        for top in {file.parts[0] for file in shipped} - {"..", "__pycache__"}:
            if not (place / top).exists():
                (place / top).symlink_to(here / top)
