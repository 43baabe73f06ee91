"""Three small functions."""


def double(values: list[int]) -> list[int]:
    """Every number doubled."""
    raise NotImplementedError


def label(name: str) -> str:
    """The name between < and >."""
    raise NotImplementedError


def nest(text: str, depth: int) -> list:
    """The text inside `depth` lists."""
    raise NotImplementedError
