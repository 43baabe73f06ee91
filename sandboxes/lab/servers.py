"""What a lesson starts: servers, programs, loads."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from lab import documents, programs
from lab.errors import LabError, SubmissionFault
from lab.learner import Learner, Submitted
from lab.load import Load, Send
from lab.opened import Openable
from lab.ports import free_port
from lab.process import Process, Ready
from lab.services import nginx as nginx_server
from lab.services.mongo import Mongo, mongod_arguments
from lab.services.nginx import Nginx
from lab.services.redis import Account, Redis
from lab.services.replica_set import ReplicaSet

LEARNERS_REDIS = "48mb"


class Servers(Openable):
    """The part of `Lab` that starts what a system consists of."""

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
        """Start a program as a node and wait until it is ready (a claim, or a port)."""
        node = self.opened.topology.node(name, role, tier, title)
        folder = self.opened.runtime.place(name, as_user)
        return self.opened.children.start(
            Process, node, argv, account=as_user, folder=folder, ready=ready, env=env
        )

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
        """Start a Redis server that keeps nothing on disk."""
        folder = self.opened.runtime.place(name, "redis")
        is_rig = self.opened.learner is not None
        if maxmemory is None and is_rig:
            maxmemory = LEARNERS_REDIS  # or a submission could fill the sandbox with it
        limits = {"maxmemory-policy": policy, **({"maxmemory": maxmemory} if maxmemory else {})}
        account = Account(folder, limits, is_rigs=is_rig)
        server = self.opened.children.start(
            Redis,
            self.opened.topology.node(name, role, tier, title),
            [*programs.redis().argv, str(account.write())],
            account="redis", folder=folder, ready=account.port,
        )  # fmt: skip
        server.account = account
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
        """Start nginx; `config` is what stands inside `http { }`; raises BadConfig.

        In a rig that has read a file of the learner's, whatever becomes of it is the learner's.
        """
        uid, is_learners = self.opened.runtime.uid("nginx"), self.opened.handed_out
        port, folder = free_port(), self.opened.runtime.place(name, "nginx")
        command = list(programs.nginx().argv)
        main = nginx_server.write_main(folder, workers)
        with nginx_server.blaming(is_learners):
            if is_learners:
                nginx_server.refuse_size(config)
            nginx_server.write_config(folder, config, port, places)
            nginx_server.test(command, main, folder, uid)
        with nginx_server.blaming(is_learners, nginx_server.IDLE):
            server = self.opened.children.start(
                Nginx,
                self.opened.topology.node(name, role, tier, title),
                [*command, "-p", str(folder), "-c", str(main), "-e", "stderr"],
                account="nginx", folder=folder, ready=port, limited=is_learners,
            )  # fmt: skip
        server.port, server.folder, server.command, server.uid = port, folder, command, uid
        server.is_learners = is_learners
        return server

    def mongo(
        self,
        name: str,
        *,
        tier: int = 3,
        role: str = "shard",
        title: str = "",
        replica_set: str | None = None,
        key: str = "",
    ) -> Mongo:
        """Start a mongod, or the stand-in where there is none.

        In a rig the stand-in takes orders only from who has its key, which the members of a set
        share: a submission can reach every port.
        """
        is_rig = self.opened.learner is not None
        secret = {"STAND_IN_KEY": key or secrets.token_hex(16)} if is_rig else {}
        port, folder = free_port(), self.opened.runtime.place(name, "mongod")
        program = programs.mongod()
        server = self.opened.children.start(
            Mongo,
            self.opened.topology.node(name, role, tier, title),
            [*program.argv, *mongod_arguments(port, str(folder), replica_set)],
            account="mongod", folder=folder, ready=port, env=secret,
        )  # fmt: skip
        server.port, server.stand_in = port, program.stand_in
        return server

    def replica_set(self, size: int = 3, *, tier: int = 3, name: str = "rs0") -> ReplicaSet:
        """Start a replica set and wait for its primary."""
        key = secrets.token_hex(16)
        with self.together():
            members = [
                self.mongo(f"{name}-{n}", tier=tier, role="secondary", replica_set=name, key=key)
                for n in range(1, size + 1)
            ]
        replicas = ReplicaSet(name, members)
        replicas.initiate()
        return replicas

    def together(self) -> AbstractContextManager[None]:
        """What is started inside `with lab.together():` is waited for at its end, all at once."""
        return self.opened.children.together()

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
        flows = self.opened.flows

        def counted(ms: float, ok: bool) -> None:
            if target is not None:
                flows.add(name, target, 1, 0 if ok else 1, ms)

        return self.opened.children.load(send, rate, concurrency, name, counted)

    def every(self, seconds: float, function: Callable[[], object]) -> None:
        """Call `function` in the background, with `seconds` between calls, until the lab ends."""
        self.opened.children.every(seconds, function)

    # -- for rigs

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
        environment = {**(env or {}), "LAB_RIG": json.dumps(self.opened.published)}
        node = self.opened.topology.node(name, role, tier, title)
        try:
            return self.opened.children.adopt(
                Submitted, node, lambda: learner.popen(list(argv), environment), ready
            )
        except OSError as error:
            raise SubmissionFault(str(error)) from error

    @property
    def submission_folder(self) -> Path:
        """Where the learner's files lie."""
        return self._learner.folder

    def submitted(self, name: str) -> str:
        """The text of one of the learner's files."""
        files = self._learner.files
        if name not in files:
            raise SubmissionFault(f"there is no file {name}")
        text = files[name].decode(errors="replace")
        if name.endswith(documents.ENDS):
            documents.refuse_unreadable(name, text)
        self.opened.handed_out = True
        return text

    def publish(self, **facts: Any) -> None:
        """What harness and program find in `LAB_RIG`."""
        self.opened.published.update(facts)

    def complaint(self) -> str:
        """How a submission has made the servers around it unusable; empty when it has not."""
        opened = self._opened
        is_rig = opened is not None and opened.learner is not None
        return self.opened.children.complaint() if is_rig else ""

    @property
    def _learner(self) -> Learner:
        if self.opened.learner is None:
            raise LabError("there is no submission here: this is for rigs")
        return self.opened.learner
