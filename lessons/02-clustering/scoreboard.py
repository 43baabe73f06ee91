"""A table of numbers that the master, its workers and the lab all see.

It is one small file, mapped into the memory of every process: what a worker writes, the master
reads a moment later without a message. A killed worker's row keeps its last numbers, which is how
anybody can tell afterwards what it was serving. Apache's server keeps a table like it.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

ROWS = 32  # row 0 belongs to the master; the others are used in turn, so the dead stay readable
FIELDS = (
    "state", "slot", "pid", "taken", "done", "beat_ms", "memory_kb", "cpu_ms",
    "restarts", "wanted", "rolls", "rolling",  # of the master's row alone
)  # fmt: skip
FREE, BOOTING, UP, DRAINING, DEAD = range(5)
NUMBER = 8  # bytes of one number


class Row:
    """One process's line of the table: `row["pid"]` reads, `row["pid"] = 7` writes."""

    def __init__(self, cells: memoryview, number: int) -> None:
        self._cells = cells
        self._start = number * len(FIELDS)

    def __getitem__(self, field: str) -> int:
        return int(self._cells[self._start + FIELDS.index(field)])

    def __setitem__(self, field: str, value: int) -> None:
        self._cells[self._start + FIELDS.index(field)] = value

    @property
    def serving(self) -> int:
        """Requests that were taken and not yet answered."""
        return self["taken"] - self["done"]

    def clear(self) -> None:
        """Forget the process that had this row before."""
        for field in FIELDS:
            self[field] = 0


class Scoreboard:
    """The whole table, in a file that is created when it is missing."""

    def __init__(self, path: Path) -> None:
        size = ROWS * len(FIELDS) * NUMBER
        with path.open("a+b") as file:
            file.truncate(size)
            self._cells = memoryview(mmap.mmap(file.fileno(), size)).cast("q")
        self._next = 0
        self.master = Row(self._cells, 0)

    def claim(self) -> Row:
        """The row that has been free, or dead, for the longest time."""
        for _ in range(ROWS - 1):
            self._next = self._next % (ROWS - 1) + 1
            row = Row(self._cells, self._next)
            if row["state"] in (FREE, DEAD):
                row.clear()
                return row
        raise RuntimeError("every row of the scoreboard is taken")

    def workers(self) -> Iterator[Row]:
        """The rows of living workers."""
        for number in range(1, ROWS):
            row = Row(self._cells, number)
            if row["state"] in (BOOTING, UP, DRAINING):
                yield row

    def up(self) -> list[Row]:
        """The rows of workers that answer."""
        return [row for row in self.workers() if row["state"] == UP]

    def in_slot(self, slot: int) -> Row | None:
        """The worker that answers in this slot now, if there is one."""
        return next((row for row in self.up() if row["slot"] == slot), None)
