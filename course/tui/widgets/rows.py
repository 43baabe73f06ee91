"""Draws a topology as rows where columns do not fit: one row a node, tiers from top to bottom."""

from collections.abc import Iterator

from textual.content import Content
from textual.geometry import Region

from course.tui.theme import NODES
from course.tui.widgets.flow import Flow
from course.tui.widgets.picture import FAILING, FLOWING, IDLE, Picture
from course.tui.widgets.scene import Scene, SceneNode, rate_text, short

STATE_WIDTH = 10  # "◐ starting"
FLOW_WIDTH = 13  # "1.2k/s  ✕ 123"
TITLE_WIDTH = 22


def draw_rows(scene: Scene, width: int, *, selected: str | None = None) -> Picture:
    """The picture; as high as there are nodes and tiers."""
    lines: list[Content] = []
    spots: dict[str, Region] = {}
    for tier in scene.tiers:
        if lines:
            lines.append(_between(scene, tier))
        for node in tier:
            spots[node.id] = Region(0, len(lines), width, 1)
            lines.append(_row(scene, node, width, is_selected=node.id == selected))
    return Picture(tuple(lines), spots)


def _between(scene: Scene, tier: list[SceneNode]) -> Content:
    flows = [scene.into(node.id) for node in tier]
    flow = Flow(sum(f.rate for f in flows), sum(f.errors for f in flows))
    return Content.assemble("   ", ("▾ ", FLOWING if flow.rate else IDLE), *_flow(flow))


def _row(scene: Scene, node: SceneNode, width: int, *, is_selected: bool) -> Content:
    look = NODES[node.state]
    has_inflow = any(edge.target == node.id for edge in scene.edges)
    longest = max(len(each.title) for each in scene.nodes)
    title_width = max(min(width - STATE_WIDTH - FLOW_WIDTH - 14, TITLE_WIDTH, longest), 8)
    title = f"{short(node.title, title_width):<{title_width}}"
    pid_style = "strike $text-error" if node.state == "down" else "$foreground 75%"
    pid_style = "bold $text-success" if node.old_pid is not None else pid_style
    parts: list[str | tuple[str, str] | Content] = [
        ("▌" if is_selected else " ", "$primary"),
        (f"{look.symbol} ", look.style),
        (f"{title} ", "bold" if is_selected else ""),
        (f"{look.word:<8} ", look.style),
        (node.pid_text, pid_style),
        " " * max(11 - len(node.pid_text), 1),
    ]
    line = Content.assemble(*parts, *(_flow(scene.into(node.id)) if has_inflow else ()))
    room = width - line.cell_length - 2
    return line + (Content.styled(f"  {short(node.detail, room)}", "dim") if room > 5 else "")  # noqa: PLR2004 - shorter says nothing


def _flow(flow: Flow) -> Iterator[tuple[str, str]]:
    yield f"{rate_text(flow.rate):>7}", FLOWING if flow.rate else IDLE
    if flow.errors:
        yield f"  ✕ {flow.errors}", FAILING
