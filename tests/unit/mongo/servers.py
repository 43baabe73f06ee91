"""Start and stop stand-ins for tests, on free loopback ports, with bounded waits."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymongo
from pymongo import MongoClient

from lab.control import ask_process
from lab.ports import free_port
from mongo.wire import decode_message, encode_message

STAND_IN = Path(__file__).parents[3] / "sandboxes" / "mongo"
Client = MongoClient[dict[str, Any]]


def until(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Wait for a condition, and fail if it does not come in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on."""
    return [free_port() for _ in range(count)]


class Server:
    """One stand-in process."""

    def __init__(self, folder: Path, port: int, *flags: str, key: str = "") -> None:
        self.folder = folder
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.key = key
        self.control = tempfile.mktemp(prefix="mongo-")  # noqa: S306  short; the stand-in makes it
        self._flags = flags
        self.launch()

    def start(self) -> None:
        """Start the process and wait until it is ready."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start the process."""
        self.folder.mkdir(exist_ok=True)
        arguments = ["--port", str(self.port), "--dbpath", str(self.folder), *self._flags]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(STAND_IN), *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "LAB_CONTROL": self.control, "STAND_IN_KEY": self.key},
            )

    def wait(self) -> "Server":
        """Wait until the process says that it is ready."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 20)
        line = self.process.stdout.readline() if ready else b""
        assert line, f"not ready: {self.log()}"
        assert json.loads(line)["msg"] == "Waiting for connections"
        return self

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill()
        self.end()

    def pause(self) -> None:
        """Freeze the process."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def end(self) -> None:
        """Collect the ended process."""
        self.process.wait(10)
        Path(self.control).unlink(missing_ok=True)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def steer(self, do: str, **fields: Any) -> Any:
        """Set a fault, as a lab does."""
        return ask_process(self.control, {"do": do, **fields}, 20)

    def log(self) -> str:
        """Read what the process wrote to its log."""
        return (self.folder / "log").read_text()

    def client(self, **options: Any) -> Client:
        """Connect to this process alone."""
        return MongoClient("127.0.0.1", self.port, directConnection=True, **options)


class ReplicaSet:
    """Three members of one set."""

    name = "rs0"

    def __init__(self, folder: Path, key: str = "") -> None:
        ports = free_ports(3)
        flags = ("--replSet", self.name)
        self.members = [Server(folder / str(port), port, *flags, key=key) for port in ports]
        for member in self.members:
            member.wait()
        members = [
            {"_id": number, "host": member.address} for number, member in enumerate(self.members)
        ]
        config = {"_id": self.name, "members": members}
        self.members[0].steer("run", command={"replSetInitiate": config})
        until(lambda: len(self.secondaries()) == 2, "two secondaries", 20)

    def client(self, **options: Any) -> Client:
        """Connect to the set, as an application does."""
        hosts = [member.address for member in self.members]
        return MongoClient(hosts, replicaSet=self.name, **options)

    def state(self, member: Server) -> int:
        """Ask a member for its state; 8 if it does not answer."""
        try:
            with member.client(serverSelectionTimeoutMS=500, socketTimeoutMS=500) as client:
                return int(client.admin.command("replSetGetStatus")["myState"])
        except pymongo.errors.PyMongoError:
            return 8

    def primary(self) -> Server:
        """Find the primary, and wait for one."""
        until(lambda: self._in_state(1), "a primary", 20)
        return self._in_state(1)[0]

    def secondaries(self) -> list[Server]:
        """List the secondaries."""
        return self._in_state(2)

    def _in_state(self, state: int) -> list[Server]:
        running = [member for member in self.members if member.process.poll() is None]
        return [member for member in running if self.state(member) == state]


def ended(*servers: Server) -> None:
    """End what still runs."""
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
            server.end()


@contextlib.contextmanager
def running_set(folder: Path, key: str = "") -> Iterator[ReplicaSet]:
    """Run a set of three for a while."""
    found = ReplicaSet(folder, key)
    try:
        yield found
    finally:
        ended(*found.members)
    for member in found.members:
        assert "Traceback" not in member.log(), member.log()


@contextlib.contextmanager
def running_one(folder: Path) -> Iterator[tuple[Server, Client]]:
    """Run one process that waits to become a member of a set."""
    found = Server(folder / "one", free_ports(1)[0], "--replSet", ReplicaSet.name)
    try:
        with found.wait().client() as client:
            yield found, client
    finally:
        ended(found)


def ask(server: Server, body: dict[str, Any]) -> dict[str, Any]:
    """Send a command as it is, with nothing that a driver would add."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(encode_message(body))
        answer = connection.recv(16)
        size = int.from_bytes(answer[:4], "little")
        while len(answer) < size:
            answer += connection.recv(size - len(answer))
        return decode_message(answer).body
