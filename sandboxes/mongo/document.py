"""The two names that everything speaks of: a BSON value and a BSON document."""

from typing import Any

Value = Any  # whatever BSON can hold; the wire is the only place that knows the types
Document = dict[str, Value]
