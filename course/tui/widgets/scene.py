"""What a topology shows of a lab, before it is drawn: cleaned, ordered, with old pids kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from course.model.event import NodeChanged, NodeState
from course.model.state import EdgeKey, LabState
from course.model.untrusted import clean_line
from course.tui.widgets.flow import Flow

PID_SECONDS = 12.0  # a new pid stands beside the old one this long
GONE_SECONDS = 4.0  # a node that is gone stays on the picture this long
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class SceneNode:
    """A node as it is drawn."""

    id: str
    title: str
    role: str
    tier: int
    state: NodeState
    pid: int | None
    old_pid: int | None
    detail: str

    @property
    def pid_text(self) -> str:
        """The pid, or the old one and the new one; empty without any."""
        if self.old_pid is None:
            return "" if self.pid is None else str(self.pid)
        return f"{self.old_pid}→{self.pid}"


@dataclass(frozen=True, slots=True)
class SceneEdge:
    """An edge as it is drawn."""

    source: str
    target: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that is drawn; equal scenes give equal pictures."""

    nodes: tuple[SceneNode, ...] = ()
    edges: tuple[SceneEdge, ...] = ()

    @property
    def tiers(self) -> list[list[SceneNode]]:
        """The nodes by column, from the clients to the stores."""
        numbers = sorted({node.tier for node in self.nodes})
        return [[node for node in self.nodes if node.tier == number] for number in numbers]

    def into(self, node: str) -> Flow:
        """Everything that flows into a node."""
        flows = [edge.flow for edge in self.edges if edge.target == node]
        return Flow(sum(flow.rate for flow in flows), sum(flow.errors for flow in flows))


def scene_of(state: LabState, flows: Mapping[EdgeKey, Flow]) -> Scene:
    """The scene of a lab's state."""
    pids = _pids(state)
    shown = [node for node in state.nodes.values() if not _is_forgotten(node, state.t)]
    ids = {node.node for node in shown}
    return Scene(
        nodes=tuple(_node(node, pids.get(node.node, []), state.t) for node in shown),
        edges=tuple(
            SceneEdge(source, target, flows.get((source, target), Flow()))
            for source, target in state.edges
            if source in ids and target in ids
        ),
    )


def _is_forgotten(node: NodeChanged, t: float) -> bool:
    return node.state == "gone" and t - node.t > GONE_SECONDS


def _pids(state: LabState) -> dict[str, list[tuple[float, int]]]:
    """Per node its pids in order, each with the time it was first seen."""
    seen: dict[str, list[tuple[float, int]]] = {}
    for event in state.recent:
        if isinstance(event, NodeChanged) and event.pid is not None:
            pids = seen.setdefault(event.node, [])
            if not pids or pids[-1][1] != event.pid:
                pids.append((event.t, event.pid))
    return seen


def _node(node: NodeChanged, pids: list[tuple[float, int]], t: float) -> SceneNode:
    last = pids[-1][1] if pids else None
    replaced = len(pids) > 1 and node.pid == last and t - pids[-1][0] < PID_SECONDS
    return SceneNode(
        id=node.node,
        title=clean_line(node.title or node.node, 40),
        role=clean_line(node.role, 20),
        tier=node.tier,
        state=node.state,
        pid=last if node.pid is None and node.state == "down" else node.pid,
        old_pid=pids[-2][1] if replaced else None,
        detail=clean_line(node.detail, 80),
    )


def rate_text(rate: float) -> str:
    """A rate in at most five characters: 0/s, 2.5/s, 48/s, 1.2k."""
    if rate >= THOUSAND:
        return f"{rate / THOUSAND:.1f}k"
    few = 0 < rate < 10 and rate != round(rate)  # noqa: PLR2004 - one digit
    return f"{rate:.1f}/s" if few else f"{rate:.0f}/s"


def short(text: str, width: int) -> str:
    """At most `width` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
