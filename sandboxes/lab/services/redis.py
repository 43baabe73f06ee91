"""A real Redis (or Valkey) server as a node."""

import contextlib
import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lab.ports import free_port
from lab.process import Process

if TYPE_CHECKING:  # redis-py takes 0.2 s to import: only when a client is wanted
    import redis
    from redis.retry import Retry

LEARNER_RULES = "~* &* +@all -@admin -@dangerous +keys +info"
LONGEST_SOCKET = 100  # bytes that every system allows in the path of a Unix socket
HEALTHY_SECONDS = 1.0  # within which a server that is not kept busy answers
TAKEN = "ddress already in use"
FULL = 0.9  # of the memory that it has: one large value more does not fit


@dataclass(frozen=True, slots=True)
class Account:
    """Where a server listens and what opens it; drawn anew for each run.

    Args:
        folder: Only the server (and we) can enter it.
        limits: Further lines of the configuration.
        is_rigs: Whether there is a submission beside it: each restart draws another password for
            the administrator, and our clients do not wait for what does not come.
    """

    folder: Path
    limits: Mapping[str, str] = field(default_factory=dict)
    is_rigs: bool = False
    port: int = field(default_factory=free_port)
    admin_password: str = field(default_factory=lambda: secrets.token_hex(8))
    password: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def door(self) -> Path | None:
        """A Unix socket that nobody but the server can make; None where there can be none."""
        path = self.folder / "door"
        is_possible = hasattr(socket, "AF_UNIX") and len(bytes(path)) <= LONGEST_SOCKET
        return path if is_possible else None

    def renewed(self) -> "Account":
        """The same with another password for the administrator."""
        return replace(self, admin_password=secrets.token_hex(8)) if self.is_rigs else self

    def write(self) -> Path:
        """Write the configuration of a server that keeps nothing on disk.

        It is a file in a folder that only the server can enter: everybody may read a command
        line, and both passwords would stand in it.
        """
        place = json.dumps(str(self.folder), ensure_ascii=False)
        options = {"port": str(self.port), "bind": "127.0.0.1", "dir": place,
                   "save": '""', "appendonly": "no", "loglevel": "warning",
                   "requirepass": self.admin_password, **self.limits,
                   "user": f"learner on >{self.password} {LEARNER_RULES}"}  # fmt: skip
        if self.door is not None:
            name = json.dumps(str(self.door), ensure_ascii=False)
            options |= {"unixsocket": name, "unixsocketperm": "770"}
        file = self.folder / "redis.conf"
        lines = [f"{name} {value}\n" for name, value in options.items()]
        file.write_text("".join(lines), encoding="utf-8")
        return file


class Redis(Process):
    """Redis on a port of its own, without persistence."""

    account: Account

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.account.port

    @property
    def url(self) -> str:
        """For clients with every right; in a rig, good until the next restart."""
        return f"redis://:{self.account.admin_password}@127.0.0.1:{self.port}/0"

    @property
    def learner_url(self) -> str:
        """For an account that can use the data but not the server."""
        return f"redis://learner:{self.account.password}@127.0.0.1:{self.port}/0"

    def client(self, **options: object) -> "redis.Redis":
        """A redis-py client that answers in str and gives up after two seconds.

        It comes in by the door: on the port, a learner's program may listen while the server is
        down, and would be told the password.
        """
        import redis

        defaults: dict[str, object] = {
            "credential_provider": _Current(self),
            "decode_responses": True,
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
            "port": self.port,
        }
        if self.account.door is not None:
            defaults["unix_socket_path"] = str(self.account.door)
        if self.account.is_rigs:
            defaults["retry"] = _once_more(redis.ConnectionError)
        return redis.Redis(**{**defaults, **options})  # type: ignore[arg-type]  # options by name

    def _is_news(self, _line: str) -> bool:
        """Nothing: it warns of how the machine is set up, which is not the lesson's subject."""
        return False

    def restart(self) -> None:
        """End what is left of it and start it anew, in a rig with another password."""
        self.end()
        self.account = self.account.renewed()
        self.account.write()
        super().restart()

    def complaint(self) -> str:
        """What a submission has done to it, so that we cannot use it; empty for nothing."""
        import redis

        if not self.is_running:
            return f"the port of {self.name} was taken" if TAKEN in self.output else ""
        if self.node.state == "paused":  # by us
            return ""
        try:
            memory = self._asked_once()
        except (redis.ResponseError, redis.TimeoutError) as error:
            return f"{self.name} is kept busy and does not answer ({error})"
        except redis.RedisError as error:
            return f"{self.name} cannot be reached ({error})"
        room = memory["maxmemory"]
        return f"{self.name} is full" if room and memory["used_memory"] > FULL * room else ""

    def _answers(self) -> bool:
        return super()._answers() and (not self.is_running or self._is_behind_its_door())

    def _is_behind_its_door(self) -> bool:
        """On the port, whoever answers may be somebody else."""
        account: Account | None = vars(self).get("account")  # none yet at the first start
        if account is None or account.door is None:
            return True
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(account.door))
            return True
        return False

    def _asked_once(self) -> dict[str, int]:
        with self.client(socket_timeout=HEALTHY_SECONDS, retry=None) as client:
            found: dict[str, int] = client.info("memory")
        return found


def _once_more(error: type[Exception]) -> "Retry":
    """For a connection that was open when the server was started anew."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Retry(NoBackoff(), 1, (error,))


class _Current:
    """The password as it is when a connection is made, also by a client of before a restart."""

    def __init__(self, server: Redis) -> None:
        self._server = server

    def get_credentials(self) -> tuple[str]:
        """Of the default user."""
        return (self._server.account.admin_password,)
