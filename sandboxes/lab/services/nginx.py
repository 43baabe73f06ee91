"""A real nginx as a node, with a configuration that can be changed while it runs."""

import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from lab.errors import BadConfig, LabError, NotInTime, SubmissionFault
from lab.family import children
from lab.limits import limit
from lab.process import Process, cause_of_death
from lab.wait import until

LARGEST = 64 * 1024  # characters that learners may give it to read: it is slow with some of them
READ_SECONDS = 20.0  # for a configuration, also on a busy machine
READ_CPU_SECONDS = 10
RELOAD_SECONDS = 20.0
WORKER_SECONDS = 2.0
LAST_WORDS = 2_000  # characters
IDLE = "nginx took the file and does not serve with it: "
DYING = re.compile(r" exited (?:on signal|with fatal code) ")

LOG_PREFIX = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?=\[)|(?<=\]) \d+#\d+:")
MAIN = """\
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log stderr warn;
{user}
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  log_format lab escape=json '{{"t":"$msec","status":"$status","method":"$request_method",'
    '"uri":"$request_uri","client":"$remote_addr","upstream":"$upstream_addr",'
    '"upstream_status":"$upstream_status","upstream_ms":"$upstream_response_time",'
    '"cache":"$upstream_cache_status","seconds":"$request_time"}}';
  access_log {folder}/access.log lab;
  include {folder}/lab.conf;
}}
"""


class Nginx(Process):
    """nginx with the lesson's configuration inside `http { }`."""

    port: int
    folder: Path
    command: list[str]
    uid: int | None

    def reload(self, config: str, **places: object) -> None:
        """Put a new configuration in force without losing a request.

        Raises:
            BadConfig: When nginx refuses it; the old one stays in force.
        """
        with blaming(self.is_learners):
            self.check(config, **places)
        write_config(self.folder, config, self.port, places)
        with blaming(self.is_learners, IDLE):
            self._replace_workers()
        self.node.up(detail="reloaded")

    def complaint(self) -> str:
        """How the learner's file has made it unusable; empty when it has not."""
        if not self.is_learners:
            return ""
        if not self.is_running:
            return f"nginx died ({cause_of_death(self.wait(1) or 0)}) with this file"
        serves = self._has_workers()
        dying = [line for line in self.output.splitlines() if DYING.search(line)]
        if dying:
            return f"nginx does not stay alive with this file: {_words(dying[-1], self.folder)}"
        return "" if serves else "nginx has no process that serves with this file"

    def _has_workers(self) -> bool:
        """Whether there are any, soon: a new one takes the place of one that ended."""
        try:
            return bool(until(lambda: workers_of(self.pid), WORKER_SECONDS, "nginx: a worker"))
        except NotInTime:
            return False

    def _replace_workers(self) -> None:
        before = workers_of(self.pid)
        with contextlib.suppress(ProcessLookupError):  # what is missed below
            os.kill(self.pid, signal.SIGHUP)
        until(lambda: workers_of(self.pid) - before, RELOAD_SECONDS, "nginx: new workers")
        gone = "nginx: the old workers' retreat"
        until(lambda: not before & workers_of(self.pid), RELOAD_SECONDS, gone)

    def check(self, config: str, **places: object) -> None:
        """`nginx -t` with this configuration; raises BadConfig with nginx's words."""
        trial = self.folder / "trial"
        trial.mkdir(exist_ok=True)
        write_config(trial, config, self.port, places)
        main = (self.folder / "nginx.conf").read_text()
        (trial / "nginx.conf").write_text(
            main.replace(f"include {self.folder}/lab.conf", f"include {trial}/lab.conf")
        )
        test(self.command, trial / "nginx.conf", self.folder, self.uid)

    def log(self) -> list[dict[str, Any]]:
        """The access log, one object a request, oldest first."""
        text = (self.folder / "access.log").read_text(errors="replace")
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


def write_main(folder: Path, workers: int) -> Path:
    """Write the part of the configuration that a lesson does not choose."""
    user = "user root root;" if os.getuid() == 0 and folder.stat().st_gid == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, workers=workers, user=user))
    return main


def write_config(folder: Path, config: str, port: int, places: dict[str, object]) -> None:
    """Write the lesson's part, with `{name}` filled from `places` and `{port}`."""
    for name, value in {"port": port, **places}.items():
        config = config.replace("{" + name + "}", str(value))
    (folder / "lab.conf").write_text(config, encoding="utf-8")


def test(command: list[str], main: Path, folder: Path, uid: int | None) -> None:
    """Ask nginx itself whether a configuration is right, with the rights it will run with.

    With ours it would read, and open as logs, whatever files the configuration names.
    """
    with tempfile.TemporaryFile(dir=folder) as said:
        try:
            done = subprocess.run(
                [*command, "-t", "-q", "-p", str(folder), "-c", str(main), "-e", "stderr"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                timeout=READ_SECONDS, check=False,
                user=uid, group=uid, extra_groups=None if uid is None else [],
                preexec_fn=functools.partial(limit, READ_CPU_SECONDS),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise BadConfig(f"nginx was still reading it after {READ_SECONDS:g} s") from error
        if done.returncode != 0:
            raise BadConfig(_verdict(done.returncode, _last_words(said, folder)))


def refuse_size(config: str) -> None:
    """Take no more from a learner than nginx reads in a moment."""
    if len(config) > LARGEST:
        raise BadConfig(f"the file has {len(config)} characters; {LARGEST} are taken here")


@contextlib.contextmanager
def blaming(is_learners: bool, front: str = "") -> Iterator[None]:
    """What goes wrong in here with a file of the learner's is the learner's."""
    try:
        yield
    except SubmissionFault:
        raise
    except LabError as error:
        if is_learners:
            raise SubmissionFault(f"{front}{error}") from error
        raise


def _verdict(status: int, said: str) -> str:
    """What became of reading a configuration, when nginx says so and when it cannot."""
    if status < 0:
        return f"nginx died ({cause_of_death(status)}) while it read the file\n{said}".strip()
    return said or f"nginx refused the file and did not say why (exit {status})"


def _last_words(said: IO[bytes], folder: Path) -> str:
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - LAST_WORDS))
    return _words(said.read(LAST_WORDS).decode(errors="replace"), folder)


def _words(said: str, folder: Path) -> str:
    """What nginx complains about, without its clock, its pid and our folders."""
    said = said.replace(f"{folder}/trial/", "").replace(f"{folder}/", "")
    lines = [LOG_PREFIX.sub("", line) for line in said.splitlines()]
    return "\n".join(line for line in lines if not line.endswith("test failed")).strip()


def workers_of(master: int) -> set[int]:
    """The pids of a master's worker processes that take new connections."""
    return {pid for pid, title in children(master).items() if "shutting down" not in title}
