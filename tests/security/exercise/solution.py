"""Three small functions."""


def double(values: list[int]) -> list[int]:
    """Every number doubled."""
    return [2 * value for value in values]


def label(name: str) -> str:
    """The name between < and >."""
    return f"<{name}>"


def nest(text: str, depth: int) -> list:
    """The text inside `depth` lists."""
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
