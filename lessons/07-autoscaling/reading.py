"""Reads a file of manifests as YAML: its documents as trees that know their lines.

Aliases, merge keys and `kind: List` are taken apart here, as `kubectl` does it, so that whoever
checks and builds manifests never meets them. What could unfold without end is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LONGEST = 50_000
MOST_NODES = 20_000  # after all aliases were followed
DEEPEST = 60
MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a manifest, and in which line (0: no line is to blame).

    Args:
        is_ours: Whether Kubernetes may well take it, and only this lab does not know it.
    """

    line: int
    words: str
    is_ours: bool = False

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}" if self.line else self.words


class Loader(yaml.SafeLoader):
    """YAML as Kubernetes reads it: dates and `12:30` are texts."""

    yaml_implicit_resolvers = {  # noqa: RUF012  the base class has it so
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Unreadable(Exception):
    """A file that is no sound YAML; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.words)
        self.problem = problem


def parse(text: str) -> tuple[list[Node], list[Problem]]:
    """The documents of a file as plain trees, or why it cannot be read."""
    try:
        return list(_documents(text)), []
    except Unreadable as error:
        return [], [error.problem]
    except RecursionError:
        return [], [Problem(0, "this is nested too deeply")]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return [], [Problem(line, f"this is no YAML: {error.problem}")]
    except (yaml.YAMLError, ValueError) as error:
        return [], [Problem(0, f"this is no YAML: {str(error).partition(chr(10))[0]}")]


def _documents(text: str) -> Iterator[Node]:
    if len(text) > LONGEST:
        raise Unreadable(Problem(0, f"this lab reads {LONGEST} characters at most", is_ours=True))
    if _depth(text) > DEEPEST:
        raise Unreadable(Problem(0, "this is nested too deeply"))
    for node in yaml.compose_all(text, Loader=Loader):
        if node is None or is_null(node):
            continue  # nothing between two lines of dashes, or after the last
        yield from _listed(_plain(node, [0]))


def _depth(text: str) -> int:
    """How deep brackets go at most; YAML's own reader takes very long with many."""
    deepest = depth = 0
    for letter in text:
        depth += (letter in "[{") - (letter in "]}")
        deepest = max(deepest, depth)
    return deepest


def _plain(node: Node, count: list[int], above: tuple[int, ...] = ()) -> Node:
    """The same tree without aliases and merge keys."""
    count[0] += 1
    if count[0] > MOST_NODES:
        words = f"with all aliases followed there are more than {MOST_NODES} values"
        raise Unreadable(Problem(0, f"this lab reads no file so large: {words}", is_ours=True))
    if id(node) in above:
        raise Unreadable(Problem(line_of(node), "an anchor contains its own alias"))
    if len(above) > DEEPEST:
        raise Unreadable(Problem(line_of(node), "this is nested too deeply"))
    inside = (*above, id(node))
    if isinstance(node, SequenceNode):
        values = [_plain(one, count, inside) for one in node.value]
        return SequenceNode(node.tag, values, node.start_mark, node.end_mark)
    if isinstance(node, MappingNode):
        pairs = [(key, _plain(value, count, inside)) for key, value in node.value]
        return MappingNode(node.tag, _merged(pairs), node.start_mark, node.end_mark)
    return node


def _merged(pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """The pairs of a mapping with those of its `<<`, which give way to its own."""
    own = [(key, value) for key, value in pairs if key.tag != MERGE]
    known = {name_of(key) for key, _ in own}
    for key, value in pairs:
        if key.tag != MERGE:
            continue
        for one in value.value if isinstance(value, SequenceNode) else [value]:
            if not isinstance(one, MappingNode):
                raise Unreadable(Problem(line_of(key), "`<<` needs a mapping, or a list of them"))
            fresh = [(name, more) for name, more in one.value if name_of(name) not in known]
            own += fresh
            known |= {name_of(name) for name, _ in fresh}
    return own


def _listed(node: Node) -> Iterator[Node]:
    """The manifests in a `kind: List`, or the manifest itself."""
    fields = {name_of(key): value for key, value in node.value} if is_mapping(node) else {}
    head = [fields[name].value for name in ("apiVersion", "kind") if name in fields]
    if head != ["v1", "List"]:
        yield node
        return
    items = fields.get("items")
    if not isinstance(items, SequenceNode):
        raise Unreadable(Problem(line_of(node), "a List needs its manifests in `items`"))
    for one in items.value:
        yield from _listed(one)


def built(node: Node) -> Any:
    """The Python value of a node; raises ValueError for what makes no sense."""
    loader = Loader("")
    try:
        return without_nulls(loader.construct_document(node))
    except (yaml.YAMLError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(str(error).partition("\n")[0]) from error
    finally:
        loader.dispose()


def without_nulls(value: Any) -> Any:
    """A field that is null is a field that is not there; names of fields are texts."""
    if isinstance(value, dict):
        return {str(key): without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def is_mapping(node: Node) -> bool:
    """Whether it has fields."""
    return isinstance(node, MappingNode)


def is_null(node: Node) -> bool:
    """Whether nothing was written there."""
    return isinstance(node, ScalarNode) and node.tag.endswith(":null")


def name_of(key: Node) -> str:
    """What a field is called."""
    return str(key.value)[:80] if isinstance(key, ScalarNode) else "a key that is no word"


def line_of(node: Node) -> int:
    """Where a node starts, from 1."""
    return int(node.start_mark.line) + 1
