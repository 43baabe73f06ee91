"""Checks YAML against the fields that Kubernetes knows, and names the line of every fault.

Strict, as `kubectl apply --validate=strict` is: a field that nobody knows would do nothing, and the
one who wrote it would never learn that.
"""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from quantities import milli
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
TYPES: dict[str, dict[str, str]] = SCHEMA["types"]
KINDS: dict[str, str] = SCHEMA["kinds"]
LONGEST = 50_000
TAGS = {"string": "str", "integer": "int", "boolean": "bool"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a manifest, and in which line (0: no line is to blame)."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}" if self.line else self.words


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest of a file."""

    kind: str
    value: dict[str, Any]
    line: int

    @property
    def name(self) -> str:
        """Its metadata.name."""
        return str((self.value.get("metadata") or {}).get("name", ""))


def read(text: str) -> tuple[list[Document], list[Problem]]:
    """The manifests of a file, and everything that is wrong with them."""
    nodes, problems = parse(text)
    documents = []
    for node in nodes:
        found = list(check_document(node))
        problems += found
        if not found:
            try:
                value = built(node)
            except ValueError as error:
                problems.append(Problem(line_of(node), f"a value makes no sense: {error}"))
                continue
            documents.append(Document(value["kind"], value, line_of(node)))
    return documents, problems


def parse(text: str) -> tuple[list[Node], list[Problem]]:
    """The documents of a file as trees that know their lines, or why it is no YAML."""
    if len(text) > LONGEST:
        return [], [Problem(0, f"a file of more than {LONGEST} characters")]
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):  # a few of them can unfold without end
                return [], [Problem(event.start_mark.line + 1, "aliases are not used here")]
        return [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node], []
    except RecursionError:
        return [], [Problem(0, "this is nested too deeply")]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return [], [Problem(line, f"this is no YAML: {error.problem}")]
    except yaml.YAMLError as error:
        return [], [Problem(0, f"this is no YAML: {error}")]


def built(node: Node) -> Any:
    """The Python value of a node."""
    loader = yaml.SafeLoader("")
    try:
        return without_nulls(loader.construct_document(node))
    finally:
        loader.dispose()


def without_nulls(value: Any) -> Any:
    """A field that is null is a field that is not there."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def check_document(node: Node) -> Iterator[Problem]:
    """What is wrong with one manifest, from its kind on."""
    if not isinstance(node, MappingNode):
        yield Problem(line_of(node), "a manifest is a mapping that starts with apiVersion and kind")
        return
    named = {key.value: value.value for key, value in node.value if key.value in _HEADS}
    kind = f"{named.get('apiVersion')} {named.get('kind')}"
    if kind not in KINDS:
        known = ", ".join(KINDS)
        yield Problem(line_of(node), f"'{kind}' is none of the kinds used here: {known}")
        return
    yield from check(node, KINDS[kind], named["kind"])


_HEADS = ("apiVersion", "kind")


def check(node: Node, kind: str, path: str) -> Iterator[Problem]:
    """What is wrong with a node that should be of this kind."""
    if kind == "any":
        return
    if kind.startswith("["):
        yield from _check_list(node, kind[1:-1], path)
    elif kind.startswith("{"):
        yield from _check_map(node, kind[1:-1], path)
    elif kind in TYPES:
        yield from _check_fields(node, kind, path)
    else:
        wrong = _wrong_scalar(node, kind)
        if wrong:
            yield Problem(line_of(node), f"{path} {wrong}")


def _check_list(node: Node, kind: str, path: str) -> Iterator[Problem]:
    if not isinstance(node, SequenceNode):
        yield Problem(line_of(node), f"{path} should be a list: put '- ' before each entry")
        return
    for place, one in enumerate(node.value):
        yield from check(one, kind, f"{path}[{place}]")


def _check_map(node: Node, kind: str, path: str) -> Iterator[Problem]:
    if not isinstance(node, MappingNode):
        yield Problem(line_of(node), f"{path} should be a mapping")
        return
    yield from _duplicates(node, path)
    for key, value in node.value:
        yield from check(value, kind, f"{path}.{key.value}")


def _check_fields(node: Node, kind: str, path: str) -> Iterator[Problem]:
    if not isinstance(node, MappingNode):
        yield Problem(line_of(node), f"{path} should be a mapping of fields")
        return
    yield from _duplicates(node, path)
    fields = {name.rstrip("!"): one for name, one in TYPES[kind].items()}
    given = {str(key.value) for key, value in node.value if not is_null(value)}
    for name in TYPES[kind]:
        if name.endswith("!") and name[:-1] not in given:
            yield Problem(line_of(node), f"{path} lacks the field '{name[:-1]}'")
    for key, value in node.value:
        name = str(key.value)
        if name in fields and is_null(value):
            continue
        if name in fields:
            yield from check(value, fields[name], f"{path}.{name}")
        else:
            close = difflib.get_close_matches(name, fields, 1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            yield Problem(line_of(key), f"{path} has no field '{name}'.{hint}")


def _duplicates(node: MappingNode, path: str) -> Iterator[Problem]:
    seen = set()
    for key, _ in node.value:
        if str(key.value) in seen:
            yield Problem(line_of(key), f"{path} has '{key.value}' twice")
        seen.add(str(key.value))


def _wrong_scalar(node: Node, kind: str) -> str:
    """Why a value is not of a plain type; empty when it is."""
    if not isinstance(node, ScalarNode):
        return f"should be a single value ({kind})"
    tag = node.tag.rpartition(":")[2]
    if kind in TAGS:
        quote = ": put it in quotes" if kind == "string" else ", without quotes"
        return "" if tag == TAGS[kind] else f"should be of type {kind}{quote}"
    if kind == "int-or-string":
        return "" if tag in ("int", "str") else "should be a whole number or a string"
    if kind == "quantity":
        return _wrong_quantity(node.value)
    return "" if node.value in kind.split("|") else f"should be one of {kind.replace('|', ', ')}"


def _wrong_quantity(text: str) -> str:
    try:
        milli(text)
    except ValueError as error:
        return f"is wrong: {error}"
    return ""


def is_null(node: Node) -> bool:
    """Whether nothing was written there."""
    return isinstance(node, ScalarNode) and node.tag.endswith(":null")


def line_of(node: Node) -> int:
    """Where a node starts, from 1."""
    return int(node.start_mark.line) + 1
