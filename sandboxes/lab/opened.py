"""What an open lab stands on, and what every part of `Lab` reaches it through."""

from dataclasses import dataclass, field
from typing import Any

from lab.children import Children
from lab.errors import LabError
from lab.flows import Flows
from lab.learner import Learner
from lab.nodes import Topology
from lab.reports import Reports
from lab.runtime import Runtime
from lab.telling import Telling


@dataclass(slots=True)
class Opened:
    """Everything that exists only while a lab is open."""

    runtime: Runtime
    telling: Telling
    topology: Topology
    flows: Flows
    children: Children
    reports: Reports
    learner: Learner | None
    published: dict[str, Any] = field(default_factory=dict)
    handed_out: bool = False  # a file of the learner's, to be put into a server


class Openable:
    """Something that is declared at import and works once it is open."""

    def __init__(self) -> None:
        super().__init__()
        self._opened: Opened | None = None

    @property
    def opened(self) -> Opened:
        """What it stands on; raises LabError outside an open lab."""
        if self._opened is None:
            raise LabError("the lab is not open: use this inside a function of the lesson")
        return self._opened
