"""The files that the house rules speak of."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("course", "sandboxes")
ALL = (*CODE, "bench", "lessons", "tests")
NOT_OURS = {
    "__pycache__",
    "attacks",
}  # the attack corpus is hostile by design: it need not even parse


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file under these folders of the checkout."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not NOT_OURS & set(path.parts):
                yield path


def name_of(path: Path) -> str:
    """A path as people write it, from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


def modules(package: str) -> list[str]:
    """Every module of a package, by its dotted name."""
    dotted = (name_of(path)[: -len(".py")].replace("/", ".") for path in python_files(package))
    return [name.removesuffix(".__init__") for name in dotted if not name.endswith("__main__")]


def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))
