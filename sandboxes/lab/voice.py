"""What a lesson tells: nodes, edges, traffic, traces and sentences."""

from collections.abc import Callable, Sequence
from typing import Any

from lab.nodes import Node
from lab.opened import Openable

HopLike = Sequence[Any] | dict[str, Any]  # (node, ms, note), the last two optional


class Voice(Openable):
    """The part of `Lab` that tells what happens."""

    def node(self, name: str, role: str, tier: int, title: str = "") -> Node:
        """Declare a node that is not a process of the lab's own."""
        return self.opened.topology.node(name, role, tier, title)

    def edge(self, source: str, target: str) -> None:
        """Requests may flow there."""
        self.opened.topology.edge(source, target)

    def flow(
        self, source: str, target: str, ms: float | None = None, *, ok: bool = True, count: int = 1
    ) -> None:
        """Count requests on an edge; sent once a tick."""
        self.opened.flows.add(source, target, count, 0 if ok else count, ms)

    def request(
        self,
        outcome: str,
        hops: Sequence[HopLike] = (),
        *,
        why: str = "",
        ok: bool = True,
        ms: float | None = None,
        keep: bool = False,
    ) -> None:
        """Trace one request with its path; among many only some are sent, unless `keep`."""
        path = [_hop(one) for one in hops]
        total = ms if ms is not None else sum(one["ms"] for one in path)
        self.tell(
            "request", keep=keep, request=self.opened.telling.new_name("r"), outcome=outcome,
            ms=round(total, 3), hops=path, why=why, ok=ok,
        )  # fmt: skip

    def note(self, text: str, tone: str = "info", node: str = "") -> None:
        """A sentence for the event list."""
        self.tell("note", text=text, tone=tone, node=node)

    def source_of(self, node: str, function: Callable[..., Any]) -> None:
        """Say whose code stands behind a node (read from the source, nothing to run)."""

    def tell(self, kind: str, *, keep: bool = False, **fields: Any) -> None:
        """Send an event of any kind."""
        self.opened.telling.tell(kind, keep=keep, **fields)

    def hear(self, fields: dict[str, Any]) -> None:
        """Take what one of the lesson's processes reported."""
        kind = fields.pop("kind")
        try:
            self._hear(kind, fields)
        except (KeyError, TypeError, ValueError) as error:
            self.note(f"a process reported an unusable {kind}: {error!r}", tone="bad")

    def _hear(self, kind: str, fields: dict[str, Any]) -> None:
        match kind:
            case "node":
                self.opened.topology.reported(fields)
            case "edge":
                self.edge(fields["source"], fields["target"])
            case "traffic":
                self.opened.flows.add(**{"requests": 1, "errors": 0, **fields})
            case "note":
                self.note(**fields)
            case "log":
                self.tell("log", node=str(fields["node"]), text=str(fields["text"]))
            case "request":
                self.request(**fields)


def _hop(one: HopLike) -> dict[str, Any]:
    if not isinstance(one, dict):
        one = dict(zip(("node", "ms", "note"), one, strict=False))
    return {
        "node": str(one["node"]),
        "ms": round(float(one.get("ms") or 0.0), 3),
        "note": str(one.get("note", "")),
    }
