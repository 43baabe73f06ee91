"""What a lab looks like now: a pure fold over its events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce, singledispatch
from types import MappingProxyType

from course.model.event import (
    Component,
    Dropped,
    EdgeDeclared,
    Event,
    ExperimentDone,
    GaugesRead,
    LabStarted,
    LabStopped,
    Log,
    NodeChanged,
    Note,
    Request,
    Traffic,
    TriggerDone,
    TriggerFired,
)

HISTORY = 120  # gauge readings kept for the trend
RECENT = 300  # events kept for the list
TRACES = 40  # sampled requests kept

EdgeKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class EdgeFlow:
    """The last tick's traffic on an edge, as rates a second, and the totals so far."""

    requests_per_second: float = 0.0
    errors_per_second: float = 0.0
    ms: float | None = None
    requests: int = 0
    errors: int = 0
    at: float = 0.0  # when that tick ended


@dataclass(frozen=True, slots=True)
class LabState:
    """Everything a front end shows of a lab."""

    seq: int = 0
    t: float = 0.0
    lesson: str = ""
    seed: int = 0
    sandbox: str = ""
    components: tuple[Component, ...] = ()
    nodes: Mapping[str, NodeChanged] = field(default_factory=lambda: MappingProxyType({}))
    edges: Mapping[EdgeKey, EdgeFlow] = field(default_factory=lambda: MappingProxyType({}))
    gauges: Mapping[str, tuple[float | None, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # oldest first
    traces: tuple[Request, ...] = ()  # newest last
    recent: tuple[Event, ...] = ()  # what the event list shows, newest last
    running: Mapping[int, TriggerFired] = field(default_factory=lambda: MappingProxyType({}))
    observed: Mapping[str, ExperimentDone] = field(default_factory=lambda: MappingProxyType({}))
    dropped: int = 0
    stopped: str | None = None  # why, once the lab is closed
    is_lost: bool = False  # it was not closed: its sandbox has ended
    silent: int = 0  # whole seconds without news, once they are too many to be chance

    def gauge(self, name: str) -> float | None:
        """The last reading of a gauge."""
        history = self.gauges.get(name, ())
        return history[-1] if history else None


def fold(events: Iterable[Event], state: LabState = LabState()) -> LabState:
    """The state after `events`; folding in pieces gives the same as folding at once."""
    return reduce(_next, events, state)


def _next(state: LabState, event: Event) -> LabState:
    return replace(_apply(event, state), seq=event.seq, t=event.t)


@singledispatch
def _apply(_event: Event, state: LabState) -> LabState:
    return state


@_apply.register
def _(event: LabStarted, state: LabState) -> LabState:
    return _listed(
        replace(
            state,
            lesson=event.lesson,
            seed=event.seed,
            sandbox=event.sandbox,
            components=event.components,
        ),
        event,
    )


@_apply.register
def _(event: NodeChanged, state: LabState) -> LabState:
    before = state.nodes.get(event.node)
    nodes = MappingProxyType({**state.nodes, event.node: event})
    after = replace(state, nodes=nodes)
    same = before and (before.state, before.pid) == (event.state, event.pid)
    return after if same else _listed(after, event)


@_apply.register
def _(event: EdgeDeclared, state: LabState) -> LabState:
    key = (event.source, event.target)
    return state if key in state.edges else _with_edge(state, key, EdgeFlow())


@_apply.register
def _(event: Traffic, state: LabState) -> LabState:
    key = (event.source, event.target)
    before = state.edges.get(key, EdgeFlow())
    flow = EdgeFlow(
        requests_per_second=event.requests / event.seconds if event.seconds else 0.0,
        errors_per_second=event.errors / event.seconds if event.seconds else 0.0,
        ms=event.ms,
        requests=before.requests + event.requests,
        errors=before.errors + event.errors,
        at=event.t,
    )
    return _with_edge(state, key, flow)


@_apply.register
def _(event: GaugesRead, state: LabState) -> LabState:
    read = {
        name: (*state.gauges.get(name, ()), value)[-HISTORY:]
        for name, value in event.values.items()
    }
    return replace(state, gauges=MappingProxyType({**state.gauges, **read}))


@_apply.register
def _(event: TriggerFired, state: LabState) -> LabState:
    running = MappingProxyType({**state.running, event.call: event})
    return _listed(replace(state, running=running), event)


@_apply.register
def _(event: TriggerDone, state: LabState) -> LabState:
    running = MappingProxyType({c: f for c, f in state.running.items() if c != event.call})
    return _listed(replace(state, running=running), event)


@_apply.register
def _(event: Request, state: LabState) -> LabState:
    return _listed(replace(state, traces=(*state.traces, event)[-TRACES:]), event)


@_apply.register
def _(event: ExperimentDone, state: LabState) -> LabState:
    observed = MappingProxyType({**state.observed, event.experiment: event})
    return _listed(replace(state, observed=observed), event)


@_apply.register
def _(event: Note | Log, state: LabState) -> LabState:
    return _listed(state, event)


@_apply.register
def _(event: Dropped, state: LabState) -> LabState:
    return replace(state, dropped=state.dropped + event.count)


@_apply.register
def _(event: LabStopped, state: LabState) -> LabState:
    return _listed(replace(state, stopped=event.reason), event)


def _listed(state: LabState, event: Event) -> LabState:
    return replace(state, recent=(*state.recent, event)[-RECENT:])


def _with_edge(state: LabState, key: EdgeKey, flow: EdgeFlow) -> LabState:
    return replace(state, edges=MappingProxyType({**state.edges, key: flow}))
