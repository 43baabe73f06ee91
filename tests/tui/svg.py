"""Pictures of the terminal that are the same on every machine and load nothing from anywhere."""

import re

from textual.pilot import Pilot


def picture_of(pilot: Pilot[None]) -> str:
    """The screen as SVG: no random ids, and the reader's own fonts."""
    drawn = pilot.app.export_screenshot(simplify=True)
    drawn = re.sub(r"terminal-\d+", "terminal", drawn)
    return re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
