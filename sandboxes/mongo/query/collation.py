"""Comparison that looks past case and accents (collation strength 1 and 2)."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from mongo.document import Value

_CASE_MATTERS_FROM: Final = 3  # MongoDB's default strength

Fold = Callable[[Value], Value]


def folding(collation: Mapping[str, Value] | None) -> Fold | None:
    """Give the function that makes equal strings alike, or None where all differ."""
    if not collation or collation.get("locale") == "simple":
        return None
    strength = collation.get("strength", _CASE_MATTERS_FROM)
    if strength >= _CASE_MATTERS_FROM or collation.get("caseLevel"):
        return None
    fold_text = _without_accents if strength == 1 else str.casefold
    return lambda value: _fold(value, fold_text)


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _fold(value: Value, fold_text: Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return fold_text(value)
    if isinstance(value, list):
        return [_fold(item, fold_text) for item in value]
    if isinstance(value, dict):
        return {name: _fold(item, fold_text) for name, item in value.items()}
    return value
