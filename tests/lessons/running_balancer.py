"""Lesson 03's code as modules of its own, and a real nginx whose backends are nginx too."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lab import Lab
from lab.http import http_request

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "lessons" / "03-balancing"
ORACLE = ROOT.parent / "shared" / "oracles" / "nginx_upstream.json"


@contextlib.contextmanager
def opened(lab: Lab, folder: Path = LESSON, seed: int = 1) -> Iterator[Lab]:
    """A lab that is closed whatever happens; its events go nowhere."""
    try:
        lab.open(lambda _event: None, folder, seed=seed)
        yield lab
    finally:
        lab.close()


TEMPLATE = """
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;
upstream app {{
  zone app 64k;
  {lines}
}}
server {{
  listen 127.0.0.1:{{port}};
  location / {{
    proxy_pass http://app;
    proxy_http_version 1.1;
    proxy_set_header Connection close;
    proxy_next_upstream {retry};
    add_header X-Upstream $upstream_addr always;
  }}
}}
{backends}
"""
BACKEND = 'server {{ listen 127.0.0.1:{port}; location / {{ return {status} "{name}"; }} }}\n'


class RealNginx:
    """nginx in front of backends that are servers of the same nginx.

    Args:
        lab: Open.
        names: Of the backends; names in `dead` refuse connections, names in `sick` answer 503.
    """

    def __init__(
        self, lab: Lab, names: str, dead: Sequence[str] = (), sick: Sequence[str] = ()
    ) -> None:
        self.addresses = {name: f"127.0.0.1:{lab.free_port()}" for name in names}
        self._alive = {name: 503 if name in sick else 200 for name in names if name not in dead}
        self._names = {address: name for name, address in self.addresses.items()}
        self._nginx = lab.nginx(self._config("server {a};"), **self._places())

    def use(self, lines: str, retry: str = "error timeout") -> "RealNginx":
        """Another upstream block, with `{a}` for an address; every count starts anew."""
        self._nginx.reload(self._config(lines, retry), **self._places())
        return self

    def ask(self, client: str = "127.0.0.1", path: str = "/", method: str = "GET") -> list[str]:
        """Whom nginx asked for one request."""
        reply = http_request(
            self._nginx.port, path, headers={"X-Real-IP": client}, method=method, body=b""
        )
        asked = reply.headers.get("x-upstream", "").split(", ")
        return [self._names.get(one, one) for one in asked]

    def sequence(self, count: int, **how: Any) -> str:
        """Who answered, request by request."""
        return "".join(self.ask(**how)[-1] for _ in range(count))

    def _config(self, lines: str, retry: str = "error timeout") -> str:
        backends = "".join(
            BACKEND.format(port=self.addresses[name].rpartition(":")[2], status=status, name=name)
            for name, status in self._alive.items()
        )
        return TEMPLATE.format(lines=lines, retry=retry, backends=backends)

    def _places(self) -> dict[str, str]:
        return dict(self.addresses)
