"""What is known of a lab whose sandbox says nothing for a while, or nothing more."""

from dataclasses import replace
from types import MappingProxyType

from course.errors import CourseError
from course.model.event import NodeChanged, NodeState
from course.model.state import LabState

ALARM_SECONDS = 3.0  # an agent speaks four times a second
ENDED = ("down", "gone")


def as_known(state: LabState, silent: float, end: CourseError | None) -> LabState:
    """The state as far as anybody can vouch for it: no node is up because it was up once."""
    if end is not None:  # whatever the agent may have said before
        nodes = _nodes(state, "down", "its sandbox has ended")
        lost = replace(state, stopped=end.summary, is_lost=True, nodes=nodes)
        return replace(lost, running=MappingProxyType({}))
    if silent < ALARM_SECONDS or state.stopped is not None:
        return state
    nodes = _nodes(state, "paused", "no news")
    return replace(state, silent=int(silent), nodes=nodes)


def _nodes(state: LabState, shown: NodeState, why: str) -> MappingProxyType[str, NodeChanged]:
    return MappingProxyType({
        name: node if node.state in ENDED else replace(node, state=shown, detail=why)
        for name, node in state.nodes.items()
    })  # fmt: skip
