"""A real Redis (or Valkey) server as a node."""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.ports import free_port
from lab.process import Process

if TYPE_CHECKING:  # redis-py takes 0.2 s to import: only when a client is wanted
    import redis

LEARNER_RULES = "~* &* +@all -@admin -@dangerous +keys +info"


@dataclass(frozen=True, slots=True)
class Account:
    """Where a server listens and what opens it; drawn anew for each run."""

    port: int = field(default_factory=free_port)
    admin_password: str = field(default_factory=lambda: secrets.token_hex(8))
    password: str = field(default_factory=lambda: secrets.token_hex(8))


class Redis(Process):
    """Redis on a port of its own, without persistence."""

    account: Account

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.account.port

    @property
    def url(self) -> str:
        """For clients with every right."""
        return f"redis://:{self.account.admin_password}@127.0.0.1:{self.port}/0"

    @property
    def learner_url(self) -> str:
        """For an account that can use the data but not the server."""
        return f"redis://learner:{self.account.password}@127.0.0.1:{self.port}/0"

    def client(self, **options: object) -> "redis.Redis":
        """A redis-py client that answers in str and gives up after two seconds."""
        import redis

        defaults = {
            "password": self.account.admin_password,
            "decode_responses": True,
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
        }
        return redis.Redis(port=self.port, **{**defaults, **options})  # type: ignore[arg-type]  # options by name


def write_config(server: Account, folder: Path, limits: dict[str, str]) -> Path:
    """The configuration of a server that keeps nothing on disk.

    It is a file in a folder that only the server can enter: everybody may read a command line, and
    both passwords would stand in it.
    """
    place = json.dumps(str(folder), ensure_ascii=False)
    options = {"port": str(server.port), "bind": "127.0.0.1", "dir": place,
               "save": '""', "appendonly": "no", "loglevel": "warning",
               "requirepass": server.admin_password, **limits,
               "user": f"learner on >{server.password} {LEARNER_RULES}"}  # fmt: skip
    file = folder / "redis.conf"
    lines = [f"{name} {value}\n" for name, value in options.items()]
    file.write_text("".join(lines), encoding="utf-8")
    return file
