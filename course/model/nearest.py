"""The word that somebody probably meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`; None when nothing is like it."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to end a complaint with; empty when nothing is near."""
    near = nearest(word, known)
    return f"Did you mean '{near}'?" if near is not None else ""
