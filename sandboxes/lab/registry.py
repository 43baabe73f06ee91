"""What a lesson declares: its set-up, triggers, gauges and experiments, by function name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lab.errors import LabError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Observed:
    """What an experiment saw: the choice that came true, and the facts behind it."""

    choice: str
    facts: dict[str, Any] = field(default_factory=dict)


class Registry:
    """Collects a lesson's functions; their names are the ids in lesson.toml."""

    def __init__(self) -> None:
        super().__init__()
        self.setups: list[Callable[[], None]] = []
        self.triggers: dict[str, Callable[..., Any]] = {}
        self.gauges: dict[str, Callable[[], float | None]] = {}
        self.experiments: dict[str, Callable[[], Observed]] = {}

    def setup(self, function: F) -> F:
        """Mark the function that starts the system."""
        self.setups.append(function)
        return function

    def trigger(self, function: F) -> F:
        """Mark something the learner can do to the lab."""
        self.triggers[function.__name__] = function
        return function

    def gauge(self, function: F) -> F:
        """Mark a number that is read once a tick."""
        self.gauges[function.__name__] = function
        return function

    def experiment(self, function: F) -> F:
        """Mark an experiment; it returns `lab.observed(...)`."""
        self.experiments[function.__name__] = function
        return function

    def observed(self, choice: str, **facts: Any) -> Observed:
        """The choice that came true, with the facts that show it."""
        return Observed(choice, facts)

    def find(self, table: dict[str, F], name: str, what: str) -> F:
        """A declared function by name; raises LabError that names what there is."""
        if name not in table:
            raise LabError(f"there is no {what} '{name}'; there are: {', '.join(table) or 'none'}")
        return table[name]
