"""A TOML table taken key by key; everything wrong with it is collected, not only the first."""

import math
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar, cast

from course.model.json import JSON
from course.model.nearest import did_you_mean
from course.model.problem import Problem

Found = Any
"""What TOML holds: checked by the method that takes it."""

_REQUIRED: Any = object()
_Stopgap = TypeVar("_Stopgap")


class Complaints:
    """Problems of one file, in the order they were found."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def about(self, key: str, message: str) -> None:
        """Remember what is wrong with a key."""
        self.problems.append(Problem(self.path, message, key=key))


class Table:
    """One table. Each getter returns a usable value even when it had to complain.

    Args:
        values: What TOML holds.
        at: Where it stands, as `experiments[0]`; empty for the whole file.
        complaints: Takes what is wrong.
    """

    def __init__(self, values: dict[str, Found], at: str, complaints: Complaints) -> None:
        self._values = values
        self._at = at
        self._complaints = complaints
        self._known: list[str] = []

    def complain(self, key: str, message: str) -> None:
        """Remember what is wrong with a key of this table."""
        where = ".".join(part for part in (self._at, key) if part)
        self._complaints.about(where, message)

    def close(self) -> None:
        """Complain about every key that nobody asked for."""
        for key in self._values:
            if key not in self._known:
                near = did_you_mean(key, self._known)
                self.complain(key, f"there is no such key. {near}".rstrip())

    def text(self, key: str, default: str = _REQUIRED) -> str:
        """A string; one that is required must say something."""
        value = self._take(key, default, "")
        if not isinstance(value, str):
            return self._wrong(key, "a string", value, "")
        if default is _REQUIRED and key in self._values and not value.strip():
            self.complain(key, "is empty")
        return value

    def identifier(self, key: str) -> str:
        """The name of a Python function."""
        value = self.text(key)
        if value and not re.fullmatch(r"[a-z][a-z0-9_]*", value):
            self.complain(key, f"'{value}' is not a function name (a-z, 0-9, _)")
        return value

    def one_of(self, key: str, allowed: Collection[str], default: str = _REQUIRED) -> str:
        """One of a closed set of words."""
        value = self.text(key, default)
        if value and value not in allowed:
            near = did_you_mean(value, allowed)
            self.complain(key, f"'{value}' is not one of {', '.join(allowed)}. {near}".rstrip())
        return value

    def whole(
        self, key: str, default: int = _REQUIRED, *, least: int = 0, most: int | None = None
    ) -> int:
        """A whole number, at least `least` and at most `most`."""
        value = self._take(key, default, least)
        if not isinstance(value, int) or isinstance(value, bool):
            return self._wrong(key, "a whole number", value, least)
        if value < least:
            self.complain(key, f"is {value}, and must be at least {least}")
        if most is not None and value > most:
            self.complain(key, f"is more than the {most:,} that it may be")
        return value

    def number(self, key: str, default: float = _REQUIRED) -> float:
        """A finite number above zero."""
        value = self._take(key, default, 1.0)
        if not _is_number(value):
            return self._wrong(key, "a number", value, 1.0)
        if value <= 0:
            self.complain(key, f"is {value}, and must be more than 0")
        return float(value)

    def span(self, key: str) -> tuple[float | None, float | None]:
        """Two numbers, the lower first; absent is (None, None)."""
        value = self._take(key, None, None)
        if value is None:
            return None, None
        if not isinstance(value, list) or [_is_number(one) for one in value] != [True, True]:
            return self._wrong(key, "two numbers, as [0, 100]", value, (None, None))
        if value[0] >= value[1]:
            self.complain(key, f"{value} does not go up")
        return float(value[0]), float(value[1])

    def texts(self, key: str, default: list[str] = _REQUIRED) -> tuple[str, ...]:
        """A list of strings."""
        value = self._take(key, default, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return self._wrong(key, "a list of strings", value, ())
        return tuple(value)

    def json(self, key: str) -> JSON:
        """A value that may cross the wire: no dates, no infinities."""
        value = self._take(key, _REQUIRED, None)
        if not _is_json(value):
            self._wrong(key, "a JSON value", value, None)
            return None
        return cast("JSON", value)

    def table(self, key: str) -> "Table":
        """A table inside this one; absent is empty."""
        value = self._take(key, {}, {})
        if not isinstance(value, dict):
            value = self._wrong(key, "a table", value, {})
        return self._inside(value, key)

    def tables(self, key: str) -> list["Table"]:
        """An array of tables; absent is empty."""
        value = self._take(key, [], [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            value = self._wrong(key, f"an array of tables, as [[{key}]]", value, [])
        return [self._inside(one, f"{key}[{at}]") for at, one in enumerate(value)]

    def _inside(self, values: dict[str, Found], key: str) -> "Table":
        at = ".".join(part for part in (self._at, key) if part)
        return Table(values, at, self._complaints)

    def _take(self, key: str, default: Found, stopgap: Found) -> Found:
        self._known.append(key)
        if key in self._values:
            return self._values[key]
        if default is _REQUIRED:
            self.complain(key, "is missing")
            return stopgap
        return default

    def _wrong(self, key: str, wanted: str, value: Found, stopgap: _Stopgap) -> _Stopgap:
        shown = repr(value)
        shown = shown if len(shown) <= 40 else f"{shown[:39]}…"  # noqa: PLR2004 - one line's worth
        if key in self._values:
            self.complain(key, f"should be {wanted}, and is {shown}")
        return stopgap


def _is_number(value: Found) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_json(value: Found) -> bool:
    if isinstance(value, dict):
        return all(_is_json(one) for one in value.values())
    if isinstance(value, list):
        return all(_is_json(one) for one in value)
    return value is None or isinstance(value, str | bool) or _is_number(value)
