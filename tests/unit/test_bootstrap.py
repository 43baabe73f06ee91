"""The bootstrap, run for real on a tiny checkout: another process, a real venv, a real pip."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny_checkout import COURSE, Started, TinyCheckout


@pytest.fixture
def checkout(tmp_path: Path) -> TinyCheckout:
    """A checkout on a machine with Python and uv, the quick way."""
    checkout = TinyCheckout(tmp_path)
    checkout.add_uv()
    return checkout


@pytest.fixture
def plain(tmp_path: Path) -> TinyCheckout:
    """A checkout on a machine with only Python: what pip does is tested here."""
    return TinyCheckout(tmp_path)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> TinyCheckout:
    made = TinyCheckout(tmp_path_factory.mktemp("template"))
    made.add_uv()
    assert made.start("list").code == 0
    return made


@pytest.fixture
def made(template: TinyCheckout, tmp_path: Path) -> TinyCheckout:
    """A checkout whose environment is complete."""
    copy = TinyCheckout(tmp_path)
    copy.add_uv()
    shutil.copytree(template.root / ".venv", copy.root / ".venv", symlinks=True)
    assert copy.start("list").code == 0  # it was moved: what names the old place is made again
    return copy


def test_the_first_start_makes_an_environment_and_continues_in_it(checkout):
    started = checkout.start("list", "--json")
    assert started.command == {
        "arguments": ["list", "--json"],
        "prefix": str(checkout.root / ".venv"),
    }
    assert started.code == 0
    assert "installing 1 packages" in started.progress


def test_the_second_start_has_nothing_to_say_and_passes_the_exit_code_on(made):
    second = made.start("fail")
    assert (second.code, second.progress) == (7, "")


def test_a_python_with_ensurepip_gives_the_environment_its_own_pip(plain):
    assert plain.start("list", missing="").code == 0
    assert list((plain.root / ".venv" / "bin").glob("pip*"))


def test_a_machine_without_any_installer_is_told_the_way_out(plain):
    started = plain.start("list", missing="ensurepip pip")
    assert started.code == 2
    assert "apt install python3-venv" in started.progress
    assert "Traceback" not in started.progress


def test_following_that_way_out_is_enough_for_the_next_start(plain):
    plain.start("list", missing="ensurepip pip")
    plain.add_uv()
    assert plain.start("list", missing="ensurepip pip").code == 0


def test_a_failing_pip_shows_its_last_lines_and_the_next_start_repairs(plain):
    failed = plain.start("list", PIP_FIND_LINKS=str(plain.machine))
    assert failed.code == 2
    assert "No matching distribution found for tiny-dependency" in failed.progress
    assert "HTTPS_PROXY" in failed.progress
    assert plain.start("list").code == 0


def test_a_package_that_is_not_the_locked_one_is_refused(plain):
    wheel = plain.wheels / "tiny_dependency-1-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes() + b"changed")
    started = plain.start("list")
    assert started.code == 2
    assert "tiny-dependency==1" in started.progress


def test_a_changed_lock_is_installed_again(made):
    lock = made.root / "requirements" / "run.txt"
    lock.write_text(lock.read_text() + "# another line\n")
    assert "installing" in made.start("list").progress
    assert made.start("list").progress == ""


def test_a_half_made_environment_is_made_again(checkout):
    (checkout.root / ".venv").mkdir()
    (checkout.root / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\n")
    assert checkout.start("list").code == 0


def test_an_interrupted_installation_is_completed(made):
    made.stamp.write_text("")
    shutil.rmtree(next((made.root / ".venv").glob("lib/*/site-packages/tiny_dependency")))
    next((made.root / ".venv").glob("lib/*/site-packages/tiny_dependency-*/METADATA")).unlink()
    assert made.start("list").code == 0


def test_an_environment_of_another_python_version_is_made_again(made):
    packages = next((made.root / ".venv").glob("lib/python*"))
    packages.rename(packages.with_name("python3.0"))  # what an upgrade of the system's Python does
    made.stamp.write_text(made.stamp.read_text().rsplit(" ", 1)[0] + " 3.0")
    started = made.start("list", python=str(made.root / ".venv" / "bin" / "python"))
    assert started.code == 0
    assert "making" in started.progress


def test_somebody_elses_directory_in_the_way_is_left_alone(checkout):
    (checkout.root / ".venv").mkdir()
    (checkout.root / ".venv" / "thesis.txt").write_text("precious")
    started = checkout.start("list")
    assert started.code == 2
    assert "in the way" in started.progress
    assert (checkout.root / ".venv" / "thesis.txt").exists()


def test_a_checkout_that_cannot_be_written_is_a_sentence(checkout):
    (checkout.root / ".venv.lock").mkdir()
    started = checkout.start("list")
    assert started.code == 2
    assert "a copy of your own" in started.progress


def test_two_starts_at_once_install_once(checkout):
    both = [checkout.begin(["list"]) for _ in range(2)]
    ended = [Started.of(process) for process in both]
    assert [start.code for start in ended] == [0, 0]
    assert sum("installing" in start.progress for start in ended) == 1


def test_the_test_command_installs_what_tests_need_and_passes_its_exit_code_on(checkout, tmp_path):
    started = checkout.start("test", "-k", "wire", cwd=tmp_path)
    assert started.code == 5
    assert started.command == {"arguments": ["-k", "wire"], "directory": str(checkout.root)}
    assert checkout.start("list").progress == ""  # what tests need contains what a run needs


def test_the_test_command_completes_an_environment_made_for_running(made):
    assert "installing 2 packages" in made.start("test").progress


def test_an_installed_package_is_never_bootstrapped(checkout):
    (checkout.root / "pyproject.toml").unlink()
    started = checkout.start("list", PYTHONPATH=with_dependency(checkout))
    assert started.command["prefix"] == sys.prefix
    assert not (checkout.root / ".venv").exists()


def test_an_interpreter_that_has_the_distribution_is_used_as_it_is(checkout):
    started = checkout.start("list", PYTHONPATH=with_distribution(checkout, "tiny-dependency"))
    assert started.command["prefix"] == sys.prefix
    assert started.progress == ""


def test_an_interpreter_that_lacks_a_dependency_is_not_used(checkout):
    started = checkout.start("list", PYTHONPATH=with_distribution(checkout, "not-there"))
    assert started.command["prefix"] == str(checkout.root / ".venv")


def test_uv_is_used_when_it_is_there(checkout):
    assert checkout.start("list", missing="pip ensurepip").code == 0
    assert "uv = " in (checkout.root / ".venv" / "pyvenv.cfg").read_text()


def test_a_python_without_ensurepip_borrows_the_pip_of_the_machine(plain):
    assert plain.start("list", missing="ensurepip").code == 0
    assert not list((plain.root / ".venv" / "bin").glob("pip*"))


def test_pip_takes_over_where_uv_fails(plain):
    plain.add_command("uv", "#!/bin/sh\nexit 1\n")
    assert plain.start("list").code == 0


def test_uv_is_told_of_the_index_that_pip_uses(plain):
    plain.add_command("uv", f'#!/bin/sh\necho "$@" >> {plain.root}/said; exit 1')
    plain.start("list", PIP_INDEX_URL="https://mirror.invalid/simple")
    assert "--default-index https://mirror.invalid/simple" in (plain.root / "said").read_text()


@pytest.mark.parametrize("name", ["__main__.py", "bootstrap.py", "pip_settings.py", "__init__.py"])
def test_every_python_3_can_read_the_modules_that_refuse_it(name):
    source = (COURSE / name).read_text()
    ast.parse(source, feature_version=(3, 6))


def test_a_python_that_is_too_old_gets_the_way_out(checkout):
    pretend = "import sys; sys.version_info = (3, 9, 2); sys.argv = ['course', 'list'];"
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{pretend} import runpy; runpy.run_module('course', None, '__main__')",
        ],
        cwd=checkout.root,
        env=checkout.environment(PATH=str(checkout.machine)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "needs 3.11 or newer. Start it with: uv run" in ran.stderr
    assert "Traceback" not in ran.stderr


def with_dependency(checkout: TinyCheckout) -> str:
    """Unpack the dependency where an interpreter finds it."""
    place = checkout.machine / "packages"
    shutil.unpack_archive(checkout.wheels / "tiny_dependency-1-py3-none-any.whl", place, "zip")
    return f"{checkout.machine}:{place}"


def with_distribution(checkout: TinyCheckout, requirement: str) -> str:
    """Unpack the dependency, and say that the distribution which needs something is installed."""
    path = with_dependency(checkout)
    info = checkout.machine / "packages" / "scalability_course-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: scalability-course\nVersion: 1\n"
        f"Requires-Dist: {requirement}>=1\n"
    )
    (info / "direct_url.json").write_text(f'{{"url": "{checkout.root.as_uri()}"}}')
    return path


def test_a_ready_checkout_that_may_only_be_read_starts(made, monkeypatch, fault):
    for path in (made.root, made.root / ".venv"):
        path.chmod(0o555)
    lock = made.root / ".venv.lock"
    lock.unlink(missing_ok=True)
    started = made.start("list")
    made.root.chmod(0o755)
    fault(
        "a ready checkout is read-only",
        lost=[] if started.code == 0 else [started.progress],
        left=[lock] if lock.exists() else [],
        read=started.progress or "the list of lessons",
    )


def test_a_checkout_that_was_moved_mends_its_environment(made, tmp_path, fault):
    elsewhere = TinyCheckout(tmp_path / "elsewhere")
    elsewhere.add_uv()
    shutil.copytree(made.root / ".venv", elsewhere.root / ".venv", symlinks=True)
    started = elsewhere.start("list")
    fault(
        "a ready checkout is moved",
        lost=[] if started.code == 0 else [started.progress], left=[], read=started.progress,
    )  # fmt: skip
    assert "installing" in started.progress
    assert elsewhere.start("list").progress == ""
