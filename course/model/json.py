"""The values that may cross a process boundary."""

from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
"""A JSON value as Python holds it; NaN and the infinities are not among them."""

Fields: TypeAlias = dict[str, JSON]
"""A JSON object."""
