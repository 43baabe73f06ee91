"""A checkout small enough to be bootstrapped in a second, with nothing from the network.

It holds the real `__main__.py` and `bootstrap.py`; the command line, the build backend, the one
dependency and even pytest are stand-ins, served from a directory of wheels by pip's own settings.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

COURSE = Path(__file__).parent.parent / "course"

CLI = """
import json, sys
def entry():
    import tiny_dependency
    print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix}))
    sys.exit(7 if "fail" in sys.argv else 0)
"""

PYTEST = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "directory": os.getcwd()}))
sys.exit(5)
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "scalability-course"
version = "1"
"""

BACKEND = '''
import os, zipfile
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "scalability_course-1-py3-none-any.whl"
    info = "scalability_course-1.dist-info/"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr("checkout.pth", os.getcwd())
        wheel.writestr(info + "METADATA", METADATA)
        wheel.writestr(info + "WHEEL", WHEEL)
        wheel.writestr(info + "RECORD", "")
    return name
WHEEL = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
METADATA = """Metadata-Version: 2.1
Name: scalability-course
Version: 1
Requires-Dist: tiny-dependency>=1
Requires-Dist: pytest; extra == 'dev'
"""
'''

# Makes modules unfindable, as on a machine where the system's packages leave them out.
BLOCKER = """
import os, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in os.environ.get("MISSING", "").split():
            raise ModuleNotFoundError("No module named " + name)
sys.meta_path.insert(0, Missing())
"""


class TinyCheckout:
    """A checkout, a directory of wheels, and a machine to start it on."""

    def __init__(self, place: Path) -> None:
        self.root = place / "checkout"
        self.wheels = place / "wheels"
        self.machine = place / "machine"
        self.stamp = self.root / ".venv" / "course-stamp"
        for directory in (self.root / "course" / "cli", self.root / "requirements", self.wheels):
            directory.mkdir(parents=True)
        self._write_project()
        self._write_locks()
        self._write_machine()

    def _write_project(self) -> None:
        for name in ("__init__.py", "__main__.py", "bootstrap.py", "pip_settings.py"):
            shutil.copy(COURSE / name, self.root / "course")
        (self.root / "course" / "cli" / "__init__.py").touch()
        (self.root / "course" / "cli" / "main.py").write_text(CLI)
        (self.root / "pyproject.toml").write_text(PYPROJECT)
        (self.root / "backend.py").write_text(BACKEND)

    def _write_locks(self) -> None:
        run = self._wheel("tiny_dependency", "")
        dev = self._wheel("pytest", PYTEST)
        (self.root / "requirements" / "run.txt").write_text(run)
        (self.root / "requirements" / "dev.txt").write_text(run + dev)

    def _write_machine(self) -> None:
        self.machine.mkdir()
        (self.machine / "sitecustomize.py").write_text(BLOCKER)
        (self.machine / "bin").mkdir()

    def _wheel(self, name: str, code: str) -> str:
        """Write a wheel with one runnable package, and return its line in a lock."""
        file = self.wheels / f"{name}-1-py3-none-any.whl"
        info = f"{name}-1.dist-info"
        contents = {
            f"{name}/__init__.py": "",
            f"{name}/__main__.py": code,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        with zipfile.ZipFile(file, "w") as wheel:
            for path, text in contents.items():
                wheel.writestr(zipfile.ZipInfo(path), text)  # no date: equal wheels, equal digests
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return f"{name.replace('_', '-')}==1 --hash=sha256:{digest}\n"

    def add_uv(self) -> None:
        """Put the uv of the development lock on the machine's PATH."""
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
        assert uv, "uv is in requirements/dev.txt"
        (self.machine / "bin" / "uv").symlink_to(uv)

    def add_command(self, name: str, script: str) -> None:
        """Put a program on the machine's PATH."""
        program = self.machine / "bin" / name
        program.write_text(script)
        program.chmod(0o755)

    def environment(self, missing: str = "ensurepip", **more: str) -> dict[str, str]:
        """Return the variables of a machine with only Python, whose index is a directory.

        `ensurepip` is missing by default: making an environment without it takes 0.1 s, not 3.
        """
        kept = {key: os.environ[key] for key in ("HOME", "TMPDIR", "LANG") if key in os.environ}
        return kept | {
            "PATH": f"{self.machine / 'bin'}:/usr/bin:/bin",
            "PYTHONPATH": str(self.machine),
            "MISSING": missing,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "UV_OFFLINE": "1",
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.wheels),
            "UV_CACHE_DIR": str(self.machine / "cache"),
            **more,
        }

    def begin(
        self,
        arguments: Sequence[str],
        *,
        python: str = sys.executable,
        cwd: Path | None = None,
        **machine: str,
    ) -> "subprocess.Popen[str]":
        """Start the checkout by its path, and do not wait for it."""
        return subprocess.Popen(
            [python, str(self.root / "course"), *arguments],
            cwd=cwd or self.root,
            env=self.environment(**machine),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, *arguments: str, **how: str | Path) -> "Started":
        """Start the checkout and wait for its end."""
        process = self.begin(arguments, **how)  # type: ignore[arg-type]  # keywords pass through
        return Started.of(process)


class Started:
    """How one start ended."""

    def __init__(self, code: int, stdout: str, progress: str) -> None:
        self.code = code
        self.stdout = stdout
        self.progress = progress

    @classmethod
    def of(cls, process: "subprocess.Popen[str]") -> "Started":
        """Wait for a process that was begun."""
        stdout, progress = process.communicate(timeout=60)
        return cls(process.returncode, stdout, progress)

    @property
    def command(self) -> dict[str, object]:
        """Return what the command itself reported: its arguments, and where it ran."""
        assert self.stdout, f"the command never ran: {self.progress}"
        report: dict[str, object] = json.loads(self.stdout)
        return report
