"""A small grid of cells to draw boxes and wires on, and the lines of content it becomes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from rich.cells import cell_len
from textual.content import Content

Point = tuple[int, int]
_NORTH, _EAST, _SOUTH, _WEST = 1, 2, 4, 8
_WIRES = " ╵╶╰╷│╭├╴╯─┴╮┤┬┼"  # by the sum of the directions that leave a cell


class Canvas:
    """Text goes over wires; wires that meet become junctions."""

    def __init__(self, width: int, height: int) -> None:
        self._width = width
        self._height = height
        self._text: dict[Point, tuple[str, str]] = {}
        self._wires: dict[Point, tuple[int, str]] = {}

    def put(self, x: int, y: int, text: str, style: str = "") -> None:
        """Write `text` from a cell on; what does not fit is left out."""
        for character in text:
            cells = cell_len(character)
            if not 0 <= x <= self._width - cells or not 0 <= y < self._height:
                return
            self._text[x, y] = (character, style)
            self._text.update({(x + extra, y): ("", style) for extra in range(1, cells)})
            x += cells

    def wire(self, points: Sequence[Point], style: str) -> None:
        """Draw a line through points that differ in one coordinate from one to the next."""
        for start, end in pairwise(points):
            for here, there in pairwise(_cells(start, end)):
                self._join(here, there, style)

    def _join(self, here: Point, there: Point, style: str) -> None:
        if here[1] == there[1]:
            leaving, coming = (_EAST, _WEST) if there[0] > here[0] else (_WEST, _EAST)
        else:
            leaving, coming = (_SOUTH, _NORTH) if there[1] > here[1] else (_NORTH, _SOUTH)
        for point, direction in ((here, leaving), (there, coming)):
            self._wires[point] = (self._wires.get(point, (0, ""))[0] | direction, style)

    def lines(self) -> list[Content]:
        """The drawing, one content a row."""
        return [self._line(y) for y in range(self._height)]

    def _line(self, y: int) -> Content:
        cells = [self._cell((x, y)) for x in range(self._width)]
        runs = groupby(cells, key=lambda cell: cell[1])
        return Content.assemble(*((_joined(run), style) for style, run in runs))

    def _cell(self, point: Point) -> tuple[str, str]:
        if point in self._text:
            return self._text[point]
        directions, style = self._wires.get(point, (0, ""))
        return _WIRES[directions], style


def _joined(run: Iterable[tuple[str, str]]) -> str:
    return "".join(character for character, _ in run)


def _cells(start: Point, end: Point) -> Iterator[Point]:
    (x, y), (end_x, end_y) = start, end
    step_x = (end_x > x) - (end_x < x)
    step_y = (end_y > y) - (end_y < y)
    yield x, y
    while (x, y) != (end_x, end_y):
        x, y = x + step_x, y + step_y
        yield x, y
