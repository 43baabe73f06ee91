"""What happens in a lab, one frozen type per kind; the wire and recordings carry these.

On the wire an event is one JSON object: `seq`, `t` (seconds since the lab opened), `kind`, and
the fields of that kind. `sandboxes/README.md` documents every kind.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from course.model.json import JSON, Fields

NodeState = Literal["starting", "up", "paused", "draining", "down", "gone"]
Tone = Literal["info", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Component:
    """A program the lab runs on; a stand-in says so."""

    name: str
    version: str
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One node on a request's path, the time spent there, and what happened."""

    node: str
    ms: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happens in a lab."""

    kind: ClassVar[str] = ""
    seq: int = 0
    t: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabStarted(Event):
    """The lab is open: which lesson, seed and programs."""

    kind: ClassVar[str] = "lab_started"
    lesson: str
    seed: int
    sandbox: str = ""
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeChanged(Event):
    """A node appeared or changed; every field is its value from now on."""

    kind: ClassVar[str] = "node"
    node: str
    role: str
    tier: int  # the column it stands in, from the client (0) to the store
    state: NodeState
    title: str = ""
    pid: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeDeclared(Event):
    """Requests may flow from one node to another."""

    kind: ClassVar[str] = "edge"
    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic(Event):
    """What flowed over one edge in one tick."""

    kind: ClassVar[str] = "traffic"
    source: str
    target: str
    requests: int
    errors: int
    seconds: float  # length of the tick
    ms: float | None = None  # mean time of those requests


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugesRead(Event):
    """All gauges, read together; None where there is nothing to report."""

    kind: ClassVar[str] = "gauges"
    values: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerFired(Event):
    """The learner did something to the lab."""

    kind: ClassVar[str] = "trigger_fired"
    trigger: str
    call: int
    params: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerDone(Event):
    """What the trigger's function returned, or why it could not."""

    kind: ClassVar[str] = "trigger_done"
    trigger: str
    call: int
    seconds: float
    value: JSON = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Event):
    """One request, sampled, with the path it took and why."""

    kind: ClassVar[str] = "request"
    request: str
    outcome: str  # HIT, MISS, 200, refused ...
    ms: float
    hops: tuple[Hop, ...] = ()
    why: str = ""
    ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Event):
    """A sentence about what just happened."""

    kind: ClassVar[str] = "note"
    text: str
    tone: Tone = "info"
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentDone(Event):
    """What an experiment observed: the choice that came true, and the facts behind it."""

    kind: ClassVar[str] = "experiment_done"
    experiment: str
    choice: str
    facts: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Event):
    """Output of a node; untrusted text."""

    kind: ClassVar[str] = "log"
    node: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped(Event):
    """Events that were left out because there were too many at once."""

    kind: ClassVar[str] = "dropped"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabStopped(Event):
    """The lab is closed."""

    kind: ClassVar[str] = "lab_stopped"
    reason: str = ""


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        LabStarted, NodeChanged, EdgeDeclared, Traffic, GaugesRead, TriggerFired, TriggerDone,
        Request, Note, ExperimentDone, Log, Dropped, LabStopped,
    )
}  # fmt: skip
