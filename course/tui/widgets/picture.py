"""A drawn topology: its lines, and where each node stands for mouse and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.content import Content
from textual.geometry import Region

IDLE = "$foreground 35%"
FLOWING = "$text-accent"
FAILING = "$text-error"


@dataclass(frozen=True, slots=True)
class Picture:
    """Lines of content, and the region of each node in them."""

    lines: tuple[Content, ...] = ()
    spots: Mapping[str, Region] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """How many lines it has."""
        return len(self.lines)

    def at(self, x: int, y: int) -> str | None:
        """The node under a cell."""
        return next((node for node, spot in self.spots.items() if spot.contains(x, y)), None)

    def beside(self, node: str | None, direction: str) -> str | None:
        """The nearest node in a direction (`up`, `down`, `left`, `right`); the first to begin."""
        if node is None or node not in self.spots:
            return next(iter(self.spots), None)
        here = self.spots[node]
        ahead = {
            other: distance
            for other, spot in self.spots.items()
            if (distance := _distance(here, spot, direction)) is not None
        }
        return min(ahead, key=ahead.__getitem__, default=node)


def _distance(here: Region, there: Region, direction: str) -> int | None:
    across = (there.x + there.width // 2) - (here.x + here.width // 2)
    along = (there.y + there.height // 2) - (here.y + here.height // 2)
    ahead, aside = {
        "up": (-along, across),
        "down": (along, across),
        "left": (-across, along),
        "right": (across, along),
    }[direction]
    # Aside counts more, so that a column or row is followed before it is left.
    return ahead + 4 * abs(aside) if ahead > 0 else None
