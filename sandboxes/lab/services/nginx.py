"""A real nginx as a node, with a configuration that can be changed while it runs."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

from lab.errors import BadConfig
from lab.family import children
from lab.process import Process
from lab.wait import until

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
        self.check(config, **places)
        write_config(self.folder, config, self.port, places)
        before = _workers(self.pid)
        os.kill(self.pid, signal.SIGHUP)
        until(lambda: _workers(self.pid) - before, 5, "nginx: new workers")
        until(lambda: not before & _workers(self.pid), 5, "nginx: the old workers' retreat")
        self.node.up(detail="reloaded")

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
    (folder / "lab.conf").write_text(config)


def test(command: list[str], main: Path, folder: Path, uid: int | None) -> None:
    """Ask nginx itself whether a configuration is right, with the rights it will run with.

    With ours it would read, and open as logs, whatever files the configuration names.
    """
    done = subprocess.run(
        [*command, "-t", "-q", "-p", str(folder), "-c", str(main), "-e", "stderr"],
        capture_output=True, text=True, timeout=10, check=False,
        user=uid, group=uid, extra_groups=None if uid is None else [],
    )  # fmt: skip
    if done.returncode != 0:
        raise BadConfig(_words(done.stderr, folder))


def _words(said: str, folder: Path) -> str:
    """What nginx complains about, without its clock, its pid and our folders."""
    said = said.replace(f"{folder}/trial/", "").replace(f"{folder}/", "")
    lines = [LOG_PREFIX.sub("", line) for line in said.splitlines()]
    return "\n".join(line for line in lines if not line.endswith("test failed")).strip()


def _workers(master: int) -> set[int]:
    """The pids of a master's worker processes that take new connections."""
    return {pid for pid, title in children(master).items() if "shutting down" not in title}
