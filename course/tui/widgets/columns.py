"""Draws a topology in columns: clients left, stores right, wires with their traffic between."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.geometry import Region

from course.tui.theme import NODES
from course.tui.widgets.canvas import Canvas
from course.tui.widgets.flow import Flow
from course.tui.widgets.picture import FAILING, FLOWING, IDLE, Picture
from course.tui.widgets.scene import Scene, SceneEdge, SceneNode, rate_text, short

BOX_HEIGHT = 3
BOX_WIDTH = (14, 26)  # narrowest and widest
GAP_WIDTH = (8, 18)
LOOP_WIDTH = 4  # beside the last column, for edges within it
DOT_EVERY = 5  # cells between two moving dots


def draw_columns(
    scene: Scene, width: int, height: int, *, selected: str | None = None, phase: int = 0
) -> Picture | None:
    """The picture, or None where it does not fit."""
    plan = _plan(scene, width)
    if plan is None or plan.height > height:
        return None
    canvas = Canvas(width, plan.height)
    for wires in (_idle, _flowing, _failing):  # what matters is drawn last
        for edge in filter(wires, scene.edges):
            _draw_edge(canvas, plan, edge)
    for node in scene.nodes:
        _draw_arrow(canvas, plan, scene, node, phase)
        _draw_box(canvas, plan.spots[node.id], node, is_selected=node.id == selected)
    return Picture(tuple(canvas.lines()), plan.spots)


@dataclass(frozen=True, slots=True)
class _Plan:
    spots: dict[str, Region]
    columns: dict[str, int]
    lanes: dict[tuple[str, str], int]  # the x of each edge's trunk
    detours: dict[tuple[str, str], int]  # the row under everything, for edges that skip a column
    gap: int
    height: int


def _plan(scene: Scene, width: int) -> _Plan | None:
    tiers = scene.tiers
    if not tiers:
        return None
    columns = {node.id: column for column, tier in enumerate(tiers) for node in tier}
    loops = [e for e in scene.edges if columns[e.source] == columns[e.target]]
    room = width - (LOOP_WIDTH if loops else 0)
    box, gap = _widths(len(tiers), room)
    if box < BOX_WIDTH[0]:
        return None
    rows = BOX_HEIGHT * max(map(len, tiers))
    spots = dict(_spots(tiers, box, gap, rows))
    skips = [e for e in scene.edges if abs(columns[e.target] - columns[e.source]) > 1]
    lanes = _lanes(scene, columns, spots)
    shared = list(dict.fromkeys((lanes[e.source, e.target], e.target) for e in skips))
    detours = {
        (e.source, e.target): rows + shared.index((lanes[e.source, e.target], e.target))
        for e in skips
    }
    return _Plan(spots, columns, lanes, detours, gap, rows + len(shared))


def _widths(count: int, room: int) -> tuple[int, int]:
    """The widths of boxes and gaps that share a row."""
    if count == 1:
        return min(room, BOX_WIDTH[1]), 0
    gap = min(max((room - count * BOX_WIDTH[1]) // (count - 1), GAP_WIDTH[0]), GAP_WIDTH[1])
    return min((room - (count - 1) * gap) // count, BOX_WIDTH[1]), gap


def _spots(
    tiers: list[list[SceneNode]], box: int, gap: int, rows: int
) -> Iterator[tuple[str, Region]]:
    for column, tier in enumerate(tiers):
        top = (rows - BOX_HEIGHT * len(tier)) // 2
        for row, node in enumerate(tier):
            yield node.id, Region(column * (box + gap), top + row * BOX_HEIGHT, box, BOX_HEIGHT)


def _lanes(
    scene: Scene, columns: dict[str, int], spots: dict[str, Region]
) -> dict[tuple[str, str], int]:
    """Sources with the same targets share a trunk; others get one of their own beside it."""
    targets: dict[str, frozenset[str]] = {}
    for edge in scene.edges:
        targets[edge.source] = targets.get(edge.source, frozenset()) | {edge.target}
    used: dict[int, list[frozenset[str]]] = {}
    lanes = {}
    for edge in scene.edges:
        groups = used.setdefault(columns[edge.source], [])
        group = targets[edge.source]
        if group not in groups:
            groups.append(group)
        lanes[edge.source, edge.target] = spots[edge.source].right + 1 + groups.index(group) % 3
    return lanes


def _middle(spot: Region) -> int:
    return spot.y + spot.height // 2


def _draw_edge(canvas: Canvas, plan: _Plan, edge: SceneEdge) -> None:
    source, target = plan.spots[edge.source], plan.spots[edge.target]
    lane, style = plan.lanes[edge.source, edge.target], _style(edge.flow)
    # Both ends lie under the boxes' borders, so that a wire leaves no gap beside them.
    start, end = (source.right - 1, _middle(source)), (target.x, _middle(target))
    detour = plan.detours.get((edge.source, edge.target))
    if plan.columns[edge.target] <= plan.columns[edge.source]:
        end = (target.right - 1, end[1])  # back, or to a neighbour: it comes in from the right
    if detour is None:
        points = [start, (lane, start[1]), (lane, end[1]), end]
    else:
        last = end[0] - plan.gap + 2 if end[0] == target.x else end[0] + 2
        points = [
            start, (lane, start[1]), (lane, detour), (last, detour), (last, end[1]), end,
        ]  # fmt: skip
    canvas.wire(points, style)


def _draw_arrow(canvas: Canvas, plan: _Plan, scene: Scene, node: SceneNode, phase: int) -> None:
    """The head of the wires into a node, with what flows into it above and what fails below."""
    spot, incoming = plan.spots[node.id], [e for e in scene.edges if e.target == node.id]
    column = plan.columns[node.id]
    forward = [e for e in incoming if plan.columns[e.source] < column]
    if len(forward) < len(incoming):
        canvas.put(spot.right, _middle(spot), "◂", IDLE)
    if not forward:
        return
    flow = Flow(sum(e.flow.rate for e in forward), sum(e.flow.errors for e in forward))
    left, right, y = spot.x - plan.gap + 2, spot.x - 1, _middle(spot)
    style = _style(flow)
    for x in range(left + 1 + phase % DOT_EVERY, right, DOT_EVERY if flow.rate else right):
        if flow.rate:
            canvas.put(x, y, "•", style)
    canvas.put(right, y, "▸", style)
    room = right - left
    canvas.put(left, y - 1, f"{rate_text(flow.rate):>{room}}"[:room], style)
    if flow.errors:
        canvas.put(left, y + 1, f"{f'✕ {flow.errors}':>{room}}"[:room], FAILING)


def _draw_box(canvas: Canvas, spot: Region, node: SceneNode, *, is_selected: bool) -> None:
    look = NODES[node.state]
    corners = "┏━┓┃┗┛" if is_selected else "╭─╮│╰╯"
    border = "$primary" if is_selected else _border(node)
    inside = spot.width - 2
    canvas.put(spot.x, spot.y, corners[0] + corners[1] * inside + corners[2], border)
    canvas.put(spot.x, spot.y + 1, corners[3] + " " * inside + corners[3], border)
    canvas.put(spot.x, spot.y + 2, corners[4] + corners[1] * inside + corners[5], border)
    canvas.put(spot.x + 2, spot.y, f" {short(node.title, inside - 4)} ", "bold $foreground")
    label, gap = look.label, 2
    if node.state == "up" and len(node.detail) > inside - 4 - len(label):
        label, gap = label[:1], 1  # that it is up can be seen; what else there is needs the room
    canvas.put(spot.x + 2, spot.y + 1, label, look.style)
    room = inside - 2 - len(label) - gap
    if node.detail and room > 1:
        at = spot.x + 2 + len(label) + gap
        canvas.put(at, spot.y + 1, short(node.detail, room), "$foreground 65%")
    _draw_pid(canvas, spot, node)


def _draw_pid(canvas: Canvas, spot: Region, node: SceneNode) -> None:
    text = node.pid_text
    if len(text) > spot.width - 4:
        text = f"→{node.pid}"
    if text:
        style = "strike $text-error" if node.state == "down" else "$foreground 75%"
        style = "bold $text-success" if node.old_pid is not None else style
        label = f"pid {text}" if len(text) <= spot.width - 10 else text
        x = max(spot.right - len(label) - 4, spot.x + 1)
        canvas.put(x, spot.bottom - 1, f" {' ' * len(label)} ", "")
        canvas.put(x + 1, spot.bottom - 1, label, style)


def _border(node: SceneNode) -> str:
    return "$foreground 45%" if node.state == "up" else NODES[node.state].style


def _idle(edge: SceneEdge) -> bool:
    return not edge.flow.rate and not edge.flow.errors


def _flowing(edge: SceneEdge) -> bool:
    return bool(edge.flow.rate) and not edge.flow.errors


def _failing(edge: SceneEdge) -> bool:
    return bool(edge.flow.errors)


def _style(flow: Flow) -> str:
    if flow.errors:
        return FAILING
    return FLOWING if flow.rate else IDLE
