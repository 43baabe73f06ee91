"""The nodes and edges of a lab's topology, as its events tell them."""

from dataclasses import dataclass, field
from typing import Any

from lab.telling import Telling


@dataclass(slots=True)
class Node:
    """A process or server in the lab; every change is an event."""

    telling: Telling = field(repr=False)
    name: str
    role: str
    tier: int
    title: str = ""
    state: str = "starting"
    pid: int | None = None
    detail: str = ""

    def set(self, state: str, *, pid: int | None = None, detail: str = "") -> None:
        """Change its state; `pid` stays as it was unless given."""
        self.state, self.detail = state, detail
        self.pid = pid if pid is not None else self.pid
        self.tell()

    def up(self, *, pid: int | None = None, detail: str = "") -> None:
        """It works."""
        self.set("up", pid=pid, detail=detail)

    def down(self, detail: str = "") -> None:
        """It does not work; `detail` says why."""
        self.set("down", detail=detail)

    def gone(self) -> None:
        """It is no longer part of the system."""
        self.set("gone")

    def tell(self) -> None:
        """Send what it is now."""
        self.telling.tell(
            "node", keep=True, node=self.name, role=self.role, tier=self.tier, state=self.state,
            title=self.title or self.name, pid=self.pid, detail=self.detail,
        )  # fmt: skip


class Topology:
    """All nodes and edges, kept so that what a process reports completes what is known."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self.nodes: dict[str, Node] = {}
        self._edges: set[tuple[str, str]] = set()

    def node(self, name: str, role: str, tier: int, title: str = "") -> Node:
        """The node of that name; declared when it is new."""
        known = self.nodes.get(name)
        if known is None:
            known = self.nodes[name] = Node(self._telling, name, role, tier, title)
            known.tell()
        return known

    def edge(self, source: str, target: str) -> None:
        """Requests may flow from one to the other; said once."""
        if (source, target) not in self._edges:
            self._edges.add((source, target))
            self._telling.tell("edge", keep=True, source=source, target=target)

    def reported(self, fields: dict[str, Any]) -> None:
        """A process reported a node: the fields it left out stay as they were."""
        node = self.node(
            str(fields["node"]), str(fields.get("role", "worker")), int(fields.get("tier", 1)),
            str(fields.get("title", "")),
        )  # fmt: skip
        pid = fields.get("pid")
        node.set(
            str(fields.get("state", node.state)),
            pid=int(pid) if pid is not None else None,
            detail=str(fields.get("detail", "")),
        )
