"""Makes a checkout run with nothing but Python: `.venv` beside `course/`, filled from the lock.

Standard library only, and readable by every Python since 3.6, so that one which is too old can
say so. An installed package passes straight through. A stamp inside `.venv` says what it was made
from (lock, project, Python); an environment without the right stamp is completed or made again.
"""

import contextlib
import os
import re
import sys
import zlib
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional

OLDEST_PYTHON = (3, 11)
UV_LINE = "uv run --no-project --python 3.13 python -m course"
SHOWN_LINES = 12
VENV_HINT = (
    "Install the system's packages for it (on Debian and Ubuntu: apt install python3-venv), or uv "
    "(https://docs.astral.sh/uv/), and start again."
)
NETWORK_HINT = (
    "If this machine is offline or behind a proxy, set HTTPS_PROXY, or name your index with "
    "`pip config set global.index-url ADDRESS`, and start again: it continues from here."
)
PIP_FLAGS = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
NAME_IF_WHOLE = (
    "import os, sys, sysconfig; whole = os.path.isdir(sysconfig.get_path('purelib'));"
    "print('%d.%d' % sys.version_info[:2] if whole and sys.version_info >= (3, 11) else '')"
)


class BootstrapError(Exception):
    """The environment cannot be made; says what happened and what to do next."""


class Ran(NamedTuple):
    """How a command ended, and all that it said."""

    succeeded: bool
    said: str


def enter(arguments: List[str]) -> None:
    """Return when this interpreter can run the command, else continue in one that can."""
    try:
        refuse_old_python()
        checkout = Checkout(Path(__file__).resolve().parent.parent)
        if checkout.is_one():
            checkout.enter(arguments)
    except BootstrapError as error:
        say(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        say("stopped; the next start continues from here")
        sys.exit(130)


def refuse_old_python() -> None:
    """Name a newer Python to use, or the line that fetches one."""
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return
    newer = [n for n in ("python3.13", "python3.12", "python3.11") if run([n, "-V"]).succeeded]
    this, way_out = sys.version.split()[0], f"{newer[0]} -m course" if newer else UV_LINE
    raise BootstrapError(
        f"this is Python {this}, and the course needs 3.11 or newer. Start it with: {way_out}"
    )


class Checkout:
    """The directory that holds `course/`, and the environment made for it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = Environment(root / ".venv")

    def is_one(self) -> bool:
        """Tell a checkout or an unpacked sdist from an installed package."""
        return (self.root / "pyproject.toml").is_file() and self.lock("run").is_file()

    def enter(self, arguments: List[str]) -> None:
        """Return if this interpreter will do, else give the process to one that will."""
        testing = arguments[:1] == ["test"]
        purpose = "dev" if testing else "run"
        inside = self.environment.is_this()
        ready = self.is_stamped(purpose) if inside else is_installed(self.root, testing)
        if not ready:
            self.prepare(purpose)
        python = sys.executable if ready else str(self.environment.python)
        if testing:
            os.chdir(str(self.root))
            os.execv(python, [python, "-m", "pytest", *arguments[1:]])
        if not ready:  # by its path, so that no other directory named `course` can come first
            os.execv(python, [python, str(self.root / "course"), *arguments])

    def lock(self, purpose: str) -> Path:
        """Return the hashed requirements for `run` or `dev`."""
        return self.root / "requirements" / (purpose + ".txt")

    def digest(self, purpose: str) -> str:
        """Condense what an environment is made from."""
        contents = self.lock(purpose).read_bytes() + (self.root / "pyproject.toml").read_bytes()
        contents += os.fsencode(str(self.root))  # a copy elsewhere has programs that name this one
        return f"{len(contents)}-{zlib.crc32(contents):08x}"  # hashlib would cost every start 5 ms

    def is_stamped(self, purpose: str) -> bool:
        """Tell whether the environment is complete; one made for `dev` also serves `run`."""
        made_for, digest, python = self.environment.stamp()
        return (
            made_for in ("dev", purpose)
            and digest == self.digest(made_for)
            and self.environment.python.exists()
            and (python == this_python() or not self.environment.is_this())
        )

    def prepare(self, purpose: str) -> None:
        """Make the environment right, one start at a time."""
        if self.is_stamped(purpose):
            return  # whoever may only read here needs nothing else
        try:
            with only_one(self.root / ".venv.lock"):
                if not self.is_stamped(purpose):
                    self.install(purpose)
        except OSError as error:
            raise BootstrapError(
                f"cannot prepare {self.environment.path}: {error.strerror or error}. "
                "Give yourself the right to write there, or use a copy of your own."
            ) from error

    def install(self, purpose: str) -> None:
        """Fill the environment from the lock, then add this project as it lies here."""
        python = self.environment.made()
        lock = self.lock(purpose)
        self.environment.stamp_file.write_text("")
        say(f"installing {lock.read_text().count('==')} packages")
        self.environment.install(
            ["--no-deps", "--require-hashes", "-r", str(lock)],
            ["--no-deps", "--no-build-isolation", "-e", str(self.root)],
        )
        self.environment.stamp_file.write_text(" ".join((purpose, self.digest(purpose), python)))
        say("ready")


class Environment:
    """A virtual environment at one place, and the tools that can make and fill it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.python = path / "bin" / "python"
        self.stamp_file = path / "course-stamp"

    def is_this(self) -> bool:
        """Tell whether this process already runs in it."""
        return Path(sys.prefix).resolve() == self.path.resolve()

    def stamp(self) -> List[str]:
        """Return purpose, digest and Python of the last complete installation."""
        fields = self.stamp_file.read_text().split() if self.stamp_file.is_file() else []
        return fields or ["", "", ""]

    def made(self) -> str:
        """Make the environment unless it works, and return the version of its Python."""
        if not self.version():
            if self.path.exists() and not self.is_broken_environment():
                raise BootstrapError(f"{self.path} is in the way: move it, start again.")
            say(f"making {self.path} (a first start takes about a minute)")
            self.build()
        return self.version()

    def version(self) -> str:
        """Ask its Python for its version; empty when it is broken or was never completed."""
        if self.stamp_file.is_file() and not self.stamp_file.read_text():
            return ""  # no installer completes half a package
        asked = run([str(self.python), "-c", NAME_IF_WHOLE])
        return asked.said.strip() if asked.succeeded else ""

    def is_broken_environment(self) -> bool:
        """Tell the remains of an environment from a directory that holds something else."""
        return (self.path / "pyvenv.cfg").exists() or not any(self.path.iterdir())

    def build(self) -> None:
        """Use uv where it is, else the standard library, also where that comes without pip."""
        uv, base = uv_on_path(), base_python()
        attempts = [[uv, "venv", "--clear", "--python", base, str(self.path)]] if uv else []
        flags = ["--clear"] if imports(base, "ensurepip") else ["--clear", "--without-pip"]
        attempts.append([base, "-m", "venv", *flags, str(self.path)])
        first_success(attempts, f"{self.path} could not be made.", VENV_HINT)

    def install(self, *steps: List[str]) -> None:
        """Do each step with the first tool that is there and succeeds."""
        tools = self.installers()
        if not tools:
            raise BootstrapError("there is neither uv nor pip on this machine. " + VENV_HINT)
        for step in steps:
            attempts = [tool + step for tool in tools]
            first_success(attempts, "the packages could not be installed.", NETWORK_HINT)

    def installers(self) -> List[List[str]]:
        """List what can install here: uv, the environment's pip, else this machine's pip."""
        from course.pip_settings import index_of_pip  # not on the way of a ready start

        uv, python, base = uv_on_path(), str(self.python), base_python()
        tools = [[uv, "pip", "install", "--python", python, *index_of_pip()]] if uv else []
        if imports(python, "pip"):
            tools.append([python, "-m", "pip", "install", *PIP_FLAGS])
        elif imports(base, "pip"):
            tools.append([base, "-m", "pip", "--python", python, "install", *PIP_FLAGS])
        return tools


def uv_on_path() -> Optional[str]:
    """Return where uv is, if it is."""
    import shutil  # not on the way of a start that finds everything ready

    return shutil.which("uv")


def base_python() -> str:
    """Return the interpreter under this one, which survives the making of an environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


def this_python() -> str:
    """Name the running Python the way a stamp does."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def imports(python: str, module: str) -> bool:
    """Tell whether an interpreter has a module."""
    return run([python, "-c", f"import {module}"]).succeeded


def is_installed(root: Path, for_tests: bool) -> bool:
    """Tell whether this interpreter has this very copy installed, and what that requires."""
    from importlib import metadata

    try:
        ours = metadata.distribution("scalability-course")
        is_this_copy = root.as_uri() in (ours.read_text("direct_url.json") or "")
        for requirement in ours.requires or []:
            name, _, marker = requirement.partition(";")
            if not marker or (for_tests and marker.strip() in ("extra == 'dev'", 'extra == "dev"')):
                metadata.version(re.split(r"[^\w.-]", name)[0])
    except metadata.PackageNotFoundError:
        return False
    return is_this_copy


def first_success(attempts: List[List[str]], summary: str, hint: str) -> None:
    """Run commands until one succeeds, else show the last lines of the last one."""
    for command in attempts:
        ran = run(command)
        if ran.succeeded:
            return
    last_lines = "\n".join("  " + line for line in ran.said.splitlines()[-SHOWN_LINES:])
    raise BootstrapError(f"{summary} What it said:\n{last_lines}\n{hint}")


def run(command: List[str]) -> Ran:
    """Run a command without a terminal, and keep what it says."""
    # Not on the way of a start that finds everything ready.
    import subprocess

    from course.pip_settings import settled

    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            errors="replace",
            check=False,
            env=settled(os.environ),
        )
    except OSError as error:
        return Ran(False, str(error))
    return Ran(ended.returncode == 0, ended.stdout)


@contextlib.contextmanager
def only_one(lock_file: Path) -> Iterator[None]:
    """Hold a lock that ends with this process."""
    import fcntl  # not on Windows, where the course runs inside WSL

    with lock_file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is preparing the environment; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(line: str) -> None:
    """Tell a waiting person where we are; standard output belongs to the command."""
    print("course: " + line, file=sys.stderr, flush=True)
