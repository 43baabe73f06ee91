"""Events as JSON objects and back: strict on the way in, complete on the way out."""

import math
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, Literal, get_args, get_origin

from course.errors import WireBroken
from course.model.event import KINDS, Component, Event, Hop
from course.model.json import JSON, Fields

DEEPEST = 64  # nesting of a JSON value; deeper is not the wire
LARGEST = 2**53  # of a whole number: beyond it other JSON readers lose digits
SHOWN = 40  # characters of a wrong value that a complaint repeats

Read = Callable[[JSON, str], Any]
"""Turns a JSON value into a field's value; is told where it stands for its complaint."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One field of an event or of something nested in one."""

    name: str
    read: Read
    is_required: bool


def decode(given: Fields) -> Event:
    """The event that a JSON object stands for; raises WireBroken when it is not one."""
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise WireBroken(f"There is no event of kind {_short(kind)}.")
    members = _MEMBERS[KINDS[kind]]
    rest: Fields = {name: value for name, value in given.items() if name != "kind"}
    missing = {"seq", "t"} - rest.keys()
    if missing:
        raise WireBroken(f"An event of kind '{kind}' came without {_names(missing)}.")
    event = KINDS[kind](**_read_all(members, rest, kind))
    if event.seq < 0 or event.t < 0:
        raise WireBroken(f"An event of kind '{kind}' has a negative seq or t.")
    return event


def encode(event: Event) -> Fields:
    """The JSON object that stands for an event, every field of its kind included."""
    front: Fields = {"seq": event.seq, "t": event.t, "kind": event.kind}
    return front | {m.name: _plain(getattr(event, m.name)) for m in _MEMBERS[type(event)]}


def _plain(value: Any) -> JSON:  # noqa: ANN401 - a field's value is whatever its type says
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value  # type: ignore[no-any-return]  # every other field is JSON by its annotation


def _members_of(kind: Any) -> tuple[_Member, ...]:  # noqa: ANN401 - a dataclass, as a class
    return tuple(
        _Member(
            field.name,
            _reader(field.type),
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(kind)
    )


def _read_all(members: tuple[_Member, ...], given: Fields, where: str) -> dict[str, Any]:
    unknown = given.keys() - {member.name for member in members}
    if unknown:
        raise WireBroken(f"'{where}' has no field {_names(unknown)}.")
    missing = {member.name for member in members if member.is_required} - given.keys()
    if missing:
        raise WireBroken(f"'{where}' came without {_names(missing)}.")
    return {
        member.name: member.read(given[member.name], f"{where}.{member.name}")
        for member in members
        if member.name in given
    }


def _reader(hint: Any) -> Read:  # noqa: ANN401 - type forms have no common type
    if get_origin(hint) is Literal:
        return _one_of(get_args(hint))
    for known, read in _READERS:
        if hint == known:
            return read
    raise TypeError(f"no reader for {hint}")


def _text(value: JSON, where: str) -> str:
    if isinstance(value, str):
        return value
    raise _off(where, "a string", value)


def _truth(value: JSON, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _off(where, "true or false", value)


def _whole(value: JSON, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    raise _off(where, "a whole number", value)


def _number(value: JSON, where: str) -> float:
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return float(value)
    raise _off(where, "a number", value)


def _optional(read: Read) -> Read:
    return lambda value, where: None if value is None else read(value, where)


def _one_of(allowed: tuple[str, ...]) -> Read:
    def read(value: JSON, where: str) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise _off(where, f"one of {', '.join(allowed)}", value)

    return read


def _each(of: type) -> Read:
    def read(value: JSON, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _off(where, "a list", value)
        return tuple(_nested(of, one, f"{where}[{at}]") for at, one in enumerate(value))

    return read


def _nested(of: type, value: JSON, where: str) -> Any:  # noqa: ANN401 - an instance of `of`
    if not isinstance(value, dict):
        raise _off(where, "an object", value)
    return of(**_read_all(_MEMBERS[of], value, where))


def _readings(value: JSON, where: str) -> dict[str, float | None]:
    read = _optional(_number)
    return {name: read(one, f"{where}.{name}") for name, one in _object(value, where).items()}


def _object(value: JSON, where: str) -> Fields:
    if isinstance(value, dict):
        _json(value, where)
        return value
    raise _off(where, "an object", value)


def _json(value: JSON, where: str, depth: int = 0) -> JSON:
    if depth > DEEPEST:
        raise WireBroken(f"'{where}' is nested more than {DEEPEST} deep.")
    if isinstance(value, dict):
        for name, one in value.items():
            _json(one, f"{where}.{name}", depth + 1)
    elif isinstance(value, list):
        for one in value:
            _json(one, where, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise _off(where, "a JSON value", value)
    return value


def _off(where: str, wanted: str, value: JSON) -> WireBroken:
    return WireBroken(f"'{where}' should be {wanted}, and is {_short(value)}.")


def _short(value: JSON) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return "a number too large"  # printing millions of digits takes minutes
    shown = repr(value) if isinstance(value, str | float | bool | int | None) else "a container"
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def _names(names: set[str]) -> str:
    return ", ".join(repr(name[:SHOWN]) for name in sorted(names)[:5])


_READERS: tuple[tuple[Any, Read], ...] = (
    (str, _text),
    (bool, _truth),
    (int, _whole),
    (float, _number),
    (int | None, _optional(_whole)),
    (float | None, _optional(_number)),
    (dict[str, float | None], _readings),
    (tuple[Component, ...], _each(Component)),
    (tuple[Hop, ...], _each(Hop)),
    (Fields, _object),
    (JSON, _json),
)

_MEMBERS = {kind: _members_of(kind) for kind in (*KINDS.values(), Component, Hop)}
