"""How a lab starts its servers, programs, loads and background work."""

import json
import random
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lab import programs
from lab.errors import BadConfig, LabError, SubmissionFault
from lab.flows import Flows
from lab.load import Load, Send
from lab.nodes import Topology
from lab.ports import accepts, free_port
from lab.process import Process, Ready
from lab.runtime import Runtime
from lab.services import nginx as nginx_server
from lab.services.mongo import Mongo, mongod_arguments
from lab.services.nginx import Nginx
from lab.services.redis import Account, Redis, redis_arguments
from lab.services.replica_set import ReplicaSet
from lab.spawn import Spawner, child_environment
from lab.telling import Telling

P = TypeVar("P", bound=Process)


class Learner(Protocol):
    """Starts programs with the learner's rights; the agent brings it."""

    @property
    def folder(self) -> Path:
        """Where the submission's files lie."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The submission's files as they came."""

    def popen(self, argv: Sequence[str], environment: Mapping[str, str]) -> Any:
        """Start a program as the learner; the result is used like a `subprocess.Popen`."""


class Starting:
    """Starts what a lab consists of, and ends it all at once.

    Args:
        runtime: Whose rights, and where the files lie.
        telling: Where events go.
        topology: Where nodes are declared.
        flows: Where loads count their requests.
        report_address: What children find in `LAB_REPORT`.
        learner: Runs the learner's programs; None outside a check.
    """

    def __init__(
        self,
        runtime: Runtime,
        telling: Telling,
        topology: Topology,
        flows: Flows,
        report_address: Path,
        learner: Learner | None = None,
    ) -> None:
        self._runtime = runtime
        self._telling = telling
        self._topology = topology
        self._flows = flows
        self._report_address = report_address
        self._learner = learner
        self._spawner = Spawner()
        self._loads: list[Load] = []
        self.processes: list[Process] = []
        self.published: dict[str, Any] = {}
        self.owners: dict[int, int] = {}  # port -> uid that should listen there
        self.ended = threading.Event()

    def process(
        self,
        name: str,
        argv: Sequence[str],
        *,
        role: str,
        tier: int,
        title: str = "",
        env: Mapping[str, str] | None = None,
        ready: Ready | int | None = None,
        as_user: str = "lesson",
    ) -> Process:
        """Start a program as a node and wait until it is ready."""
        folder = self._runtime.place(name, as_user)
        command = self._command(argv)
        return self._run(
            Process, name, command, folder, role, tier, title, ready, as_user, env or {}
        )

    def submission(
        self,
        name: str,
        argv: Sequence[str],
        *,
        role: str,
        tier: int,
        title: str = "",
        env: Mapping[str, str] | None = None,
        ready: Ready | int | None = None,
    ) -> Process:
        """Start a program of the learner's as a node, with the learner's rights."""
        learner = self._learner
        if learner is None:
            raise LabError("there is no submission here: lab.submission is for rigs")
        command = [sys.executable, *argv[1:]] if argv[0] == "python" else list(argv)
        environment = {**(env or {}), "LAB_RIG": json.dumps(self.published)}
        node = self._topology.node(name, role, tier, title)
        launch = lambda: learner.popen(command, environment)  # noqa: E731
        try:
            return self._ready(Process(node, launch, _as_ready(ready), self._telling))
        except LabError as error:
            raise SubmissionFault(str(error)) from error

    def redis(
        self,
        name: str = "redis",
        *,
        tier: int = 2,
        role: str = "cache",
        title: str = "",
        maxmemory: str | None = None,
        policy: str = "noeviction",
    ) -> Redis:
        """Start a Redis server."""
        account = Account()
        folder = self._runtime.place(name, "redis")
        limits = {"maxmemory-policy": policy, **({"maxmemory": maxmemory} if maxmemory else {})}
        command = [*programs.redis().argv, *redis_arguments(account, str(folder), limits)]
        server = self._run(
            Redis, name, command, folder, role, tier, title, account.port, "redis", {}
        )
        server.port, server.password = account.port, account.password
        server.admin_password = account.admin_password
        return server

    def nginx(
        self,
        config: str,
        name: str = "nginx",
        *,
        tier: int = 1,
        role: str = "balancer",
        title: str = "",
        workers: int = 1,
        **places: object,
    ) -> Nginx:
        """Start nginx; `config` is what stands inside `http { }`; raises BadConfig."""
        port = free_port()
        folder = self._runtime.place(name, "nginx")
        command = list(programs.nginx().argv)
        main = nginx_server.write_main(folder, workers)
        nginx_server.write_config(folder, config, port, places)
        self._tested(command, main, folder)
        start = [*command, "-p", str(folder), "-c", str(main), "-e", "stderr"]
        server = self._run(Nginx, name, start, folder, role, tier, title, port, "nginx", {})
        server.port, server.folder, server.command = port, folder, command
        return server

    def mongo(
        self,
        name: str,
        *,
        tier: int = 3,
        role: str = "shard",
        title: str = "",
        replica_set: str | None = None,
    ) -> Mongo:
        """Start a mongod, or the stand-in where there is none."""
        port = free_port()
        program = programs.mongod()
        folder = self._runtime.place(name, "mongod")
        command = [*program.argv, *mongod_arguments(port, str(folder), replica_set)]
        server = self._run(Mongo, name, command, folder, role, tier, title, port, "mongod", {})
        server.port, server.stand_in = port, program.stand_in
        return server

    def replica_set(self, size: int = 3, *, tier: int = 3, name: str = "rs0") -> ReplicaSet:
        """Start a replica set and wait for its primary."""
        members = [
            self.mongo(f"{name}-{n}", tier=tier, role="secondary", replica_set=name)
            for n in range(1, size + 1)
        ]
        replicas = ReplicaSet(name, members)
        replicas.initiate()
        return replicas

    def load(
        self,
        send: Send,
        rate: float,
        *,
        concurrency: int = 32,
        name: str = "clients",
        target: str | None = None,
    ) -> Load:
        """An open-loop load; not started yet. With `target`, requests count on that edge."""

        def counted(ms: float, ok: bool) -> None:
            if target is not None:
                self._flows.add(name, target, 1, 0 if ok else 1, ms)

        source = random.Random(f"{self._runtime.seed} {name} {len(self._loads)}")
        load = Load(send, rate, concurrency, source, counted)
        self._loads.append(load)
        return load

    def every(self, seconds: float, function: Callable[[], object]) -> None:
        """Call `function` in the background, with `seconds` between calls, until the lab ends."""

        def repeat() -> None:
            while not self.ended.wait(seconds):
                function()

        threading.Thread(target=repeat, daemon=True, name="every").start()

    def publish(self, **facts: Any) -> None:
        """What harness and program find in `LAB_RIG`."""
        self.published.update(facts)

    def close(self) -> None:
        """End loads, background work and every process."""
        self.ended.set()
        for load in self._loads:
            load.close()
        for process in self.processes:
            process.retire()
        for process in self.processes:
            process.end()
        self._spawner.close()

    def _tested(self, command: list[str], main: Path, folder: Path) -> None:
        try:
            nginx_server.test(command, main, folder)
        except BadConfig as error:
            if self._learner is not None:  # a rig started it with the learner's file
                raise SubmissionFault(str(error)) from error
            raise

    def _command(self, argv: Sequence[str]) -> list[str]:
        """`python` is this Python; names of .py files are looked up in the lesson's folder."""
        program = sys.executable if argv[0] == "python" else argv[0]
        return [program, *(self._found(word) for word in argv[1:])]

    def _found(self, word: str) -> str:
        path = self._runtime.folder / word
        return str(path) if word.endswith(".py") and path.is_file() else word

    def _run(
        self,
        kind: type[P],
        name: str,
        command: list[str],
        folder: Path,
        role: str,
        tier: int,
        title: str,
        ready: Ready | int | None,
        account: str,
        env: Mapping[str, str],
    ) -> P:
        uid = self._runtime.uid(account)
        environment = child_environment(
            {**self._runtime.environment, "LAB_REPORT": str(self._report_address), **env}
        )
        if isinstance(ready, int) and uid is not None:
            self.owners[ready] = uid
        node = self._topology.node(name, role, tier, title)
        launch = lambda: self._spawner.spawn(  # noqa: E731
            command, folder=folder, environment=environment, uid=uid
        )
        return self._ready(kind(node, launch, _as_ready(ready), self._telling))

    def _ready(self, process: P) -> P:
        self.processes.append(process)
        process.wait_ready()
        return process


def _as_ready(ready: Ready | int | None) -> Ready | None:
    if isinstance(ready, int):
        return lambda: accepts(ready)
    return ready
