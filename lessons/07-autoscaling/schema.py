"""Checks YAML against the fields that Kubernetes knows, and names the line of every fault.

Strict, as `kubectl apply --validate=strict` is: a field that nobody knows would do nothing, and the
one who wrote it would never learn that.
"""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from quantities import milli
from reading import Problem, built, is_null, line_of, name_of, parse
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
TYPES: dict[str, dict[str, str]] = SCHEMA["types"]
KINDS: dict[str, str] = SCHEMA["kinds"]
GONE: list[str] = SCHEMA["gone"]
TAGS = {"string": "str", "integer": "int", "boolean": "bool"}
MOST_PROBLEMS = 20  # of one manifest


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
        found = list(islice(check_document(node), MOST_PROBLEMS))
        problems += found
        if not found:
            try:
                value = built(node)
            except ValueError as error:
                problems.append(Problem(line_of(node), f"a value makes no sense: {error}"))
                continue
            documents.append(Document(value["kind"], value, line_of(node)))
    return documents, problems


def check_document(node: Node) -> Iterator[Problem]:
    """What is wrong with one manifest, from its kind on."""
    if not isinstance(node, MappingNode):
        yield Problem(line_of(node), "a manifest is a mapping that starts with apiVersion and kind")
        return
    fields = {name_of(key): value for key, value in node.value}
    words = [one.value for one in (fields.get(name) for name in _HEADS)
             if isinstance(one, ScalarNode) and not is_null(one)]  # fmt: skip
    if len(words) < len(_HEADS):
        yield Problem(line_of(node), "a manifest needs an apiVersion and a kind, each a word")
        return
    kind = " ".join(str(one)[:80] for one in words)
    if kind in GONE:
        yield Problem(line_of(node), f"Kubernetes serves no '{kind}' any more")
    elif kind not in KINDS:
        known = ", ".join(KINDS)
        told = f"this lab does not know '{kind}'; it knows: {known}"
        yield Problem(line_of(node), told, is_ours=True)
    else:
        yield from check(node, KINDS[kind], str(words[1]))


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
        yield from check(value, kind, f"{path}.{name_of(key)}")


def _check_fields(node: Node, kind: str, path: str) -> Iterator[Problem]:
    if not isinstance(node, MappingNode):
        yield Problem(line_of(node), f"{path} should be a mapping of fields")
        return
    yield from _duplicates(node, path)
    fields = {name.rstrip("!"): one for name, one in TYPES[kind].items()}
    given = {name_of(key) for key, value in node.value if not is_null(value)}
    for name in TYPES[kind]:
        if name.endswith("!") and name[:-1] not in given:
            yield Problem(line_of(node), f"{path} lacks the field '{name[:-1]}'")
    for key, value in node.value:
        name = name_of(key)
        if name in fields and is_null(value):
            continue
        if name in fields:
            yield from check(value, fields[name], f"{path}.{name}")
        else:
            close = difflib.get_close_matches(name[:40], fields, 1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            yield Problem(line_of(key), f"{path} has no field '{name}'.{hint}")


def _duplicates(node: MappingNode, path: str) -> Iterator[Problem]:
    seen = set()
    for key, _ in node.value:
        if name_of(key) in seen:
            yield Problem(line_of(key), f"{path} has '{name_of(key)}' twice")
        seen.add(name_of(key))


def _wrong_scalar(node: Node, kind: str) -> str:
    """Why a value is not of a plain type; empty when it is."""
    if not isinstance(node, ScalarNode):
        return f"should be a single value ({kind})"
    tag = node.tag.rpartition(":")[2]
    if tag == "int" and ":" in node.value:
        tag = "str"  # 12:30 is a number for YAML 1.1 alone
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
