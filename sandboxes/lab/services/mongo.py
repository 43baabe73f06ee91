"""mongod, or the stand-in that speaks its protocol, as a node."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lab.control import NoAnswer, ask_process
from lab.errors import LabError
from lab.process import Process

if TYPE_CHECKING:  # pymongo takes 0.2 s to import: only when a client is wanted
    from pymongo import MongoClient


STEERING_SECONDS = 20.0  # an election may be part of it


class Mongo(Process):
    """One mongod on a port of its own."""

    port: int
    stand_in: bool

    def _is_news(self, line: str) -> bool:
        """Errors only: mongod tells of every connection."""
        return any(f'"s":"{severity}"' in line.replace(" ", "") for severity in "EF")

    def steer(self, **fields: Any) -> Any:
        """Tell the stand-in over its control socket: a fault, or a command of the administrator."""
        try:
            return ask_process(self.control, fields, STEERING_SECONDS)
        except NoAnswer as error:
            raise LabError(f"{self.name} did not answer its control: {error}") from error

    @property
    def address(self) -> str:
        """As clients dial it."""
        return f"127.0.0.1:{self.port}"

    @cached_property
    def steady(self) -> "MongoClient[dict[str, Any]]":
        """A client of the lab's own that stays open, for what is asked again and again."""
        return self.client()

    def retire(self) -> None:
        """From now on its end is expected, and nobody of ours asks it any more."""
        super().retire()
        if "steady" in vars(self):
            self.steady.close()

    def client(self, **options: Any) -> "MongoClient[dict[str, Any]]":
        """A pymongo client of this server alone, which gives up after two seconds."""
        from pymongo import MongoClient

        defaults = {
            "directConnection": True, "serverSelectionTimeoutMS": 2000,
            "connectTimeoutMS": 2000, "socketTimeoutMS": 5000,
            # Two threads a client instead of three, which end with it and not half a second later.
            "serverMonitoringMode": "poll",
        }  # fmt: skip
        return MongoClient("127.0.0.1", self.port, **{**defaults, **options})


def mongod_arguments(port: int, folder: str, replica_set: str | None) -> list[str]:
    """The command line that mongod and the stand-in share."""
    arguments = ["--port", str(port), "--bind_ip", "127.0.0.1", "--dbpath", folder]
    return [*arguments, "--replSet", replica_set] if replica_set else arguments
