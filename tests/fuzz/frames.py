"""What may stand on the value channel, and the way of an answer from there to a verdict."""

import io
import json
import select
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from agent import wire as inner
from course.judge.channel import Channel, Unsendable
from course.judge.proxy import Failure, describe
from course.model.untrusted import clean
from course.runs.event_log import EventLog
from course.sandbox import wire as outer
from runner.answers import KINDS, answer
from runner.child import ENVELOPE
from runner.values import LARGEST, BadFrame

NONCE = "0123456789abcdef"
HEAD = f'{{"nonce":"{NONCE}",'.encode()
NUMBERS = (
    "0", "-0", "-0.0", "1e9", "1E+9", "1e16", "1e308", "1e309", "1e-400", "5e-324", "0.1", "01",
    "1.", "-", "+1", "NaN", "-Infinity", "0" * 300, "9" * 4300, "9" * 4301, "0." + "3" * 400,
)  # fmt: skip
TEXTS = (
    "", "a", "é", "字", "🎉", "\x7f", "\u2028", "\ufeff", '\\"', "\\\\", "\\/", "\\u0000",
    "\\ud800", "\\udfff\\ud800", "\\ud83c\\udf89", "\\x", "\n", "\0", "[", "{", "value", "nonce",
)  # fmt: skip
LITERALS = ("null", "true", "false", "None", "[]", "{}", "[", "]", "{", "}", ",", ":", " ", "//")

scalars = (
    st.sampled_from(NUMBERS)
    | st.integers().map(str)
    | st.floats().map(repr)
    | st.sampled_from(LITERALS)
    | st.lists(st.sampled_from(TEXTS), max_size=4).map(lambda parts: f'"{"".join(parts)}"')
    | st.text(max_size=8).map(json.dumps)
)
spaces = st.sampled_from(("", "", "", " ", "\t", "\r", "   "))


def _list(parts: list[str]) -> str:
    return f"[{','.join(parts)}]"


def _object(parts: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f'"{key}":{value}' for key, value in parts) + "}"


texts = st.recursive(
    scalars,
    lambda inside: (
        st.lists(inside, max_size=6).map(_list)
        | st.lists(st.tuples(st.sampled_from(TEXTS), inside), max_size=6).map(_object)
        | st.tuples(spaces, inside, spaces).map("".join)
    ),
    max_leaves=12,
)
deep = st.builds(
    lambda levels, ends, core: ends[0] * levels + core + ends[1] * levels,
    st.sampled_from((1, 30, 58, 59, 60, 61, 62, 63, 64, 65, 68, 70, 500, 5_000)),
    st.sampled_from((("[", "]"), ('{"a":', "}"), ("[1,", "]"), ("[", ""), ('["', '"]'))),
    scalars,
)
large = st.builds(
    lambda head, unit, tail, share: (
        head + unit * int(share * LARGEST / max(len(unit.encode()), 1)) + tail
    ),
    st.sampled_from(("", "[1", '"', '{"a":1', "[[]", '["')),
    st.sampled_from((*NUMBERS, *TEXTS))
    | scalars.map(lambda one: f",{one}")
    | st.integers(0, 9).map(lambda one: f',"{one}":{one}'),
    st.sampled_from(("", "]", '"', "}", '"]')),
    st.sampled_from((0.01, 0.2, 0.34, 0.5, 0.6, 0.95, 0.999, 1.0, 1.02)),
)
failures = st.builds(
    lambda kind, message, line, trace, rest: (
        f'{{"kind":{kind},"message":{message},"line":{line},"trace":{trace}{rest}}}'
    ),
    st.sampled_from([f'"{kind}"' for kind in sorted(KINDS)]) | scalars,
    scalars | large,
    scalars | st.just("null"),
    st.lists(scalars, max_size=20).map(_list) | large,
    st.sampled_from(("", "", "", ',"more":1', ',"kind":"exit"')),
)
bodies = (texts | deep | large).map(lambda text: f'"value":{text}') | failures.map(
    lambda text: f'"failure":{text}'
)
frames = bodies.map(lambda body: HEAD + body.encode(errors="surrogatepass") + b"}") | st.binary(
    max_size=300
)


def travel(line: bytes) -> None:
    """Take a line of the learner's all the way; anything but a verdict on it raises."""
    if len(line) > LARGEST + ENVELOPE or b"\n" in line:
        return  # refused before it is read
    try:
        told = {"nonce": NONCE, **answer(line, NONCE)}
    except BadFrame as error:
        assert len(str(error)) < 300
        return
    stream = io.BytesIO()
    inner.Out(stream).value(2**31, told)
    fields = outer.parse(stream.getvalue().rstrip(b"\n"))
    assert "error" not in fields, fields
    (arrived,) = outer.Lines().feed(stream.getvalue())
    assert outer.parse(arrived) == fields
    value: Any = fields["value"]
    EventLog().answered(value)
    assert passed_on("answer", value=value)["value"] == value
    if "failure" in value:
        words = describe(Failure(**value["failure"]), "f", "answer.py")
    else:
        words = f"{value['value']!r:.200} {value['value']}"
        echo(value["value"])
    report(words)


def echo(value: Any) -> None:
    """A test hands the answer back; when that is too much, it says so before it is sent."""
    arguments = {"function": "f", "args": [value, [value]], "kwargs": {}, "nonce": NONCE}
    with suppress(Unsendable):
        asked = passed_on("ask", command="call", arguments=arguments)["arguments"]
        inner.parse(outer.frame({"id": 2**31, "do": "call", **asked}).rstrip(b"\n"))


def report(words: str) -> None:
    """What a test says about it reaches whoever reads it."""
    message = words[:4000].encode(errors="backslashreplace").decode()
    told = passed_on("report", message=message)["message"]
    assert clean(clean(told)) == clean(told)


def passed_on(kind: str, **fields: Any) -> dict[str, Any]:
    """Through the judge's channel."""
    ours, theirs = socket.socketpair()
    sender, receiver = Channel(ours, NONCE), Channel(theirs, NONCE)
    with ThreadPoolExecutor(1) as pool:
        try:
            sending = pool.submit(sender.send, kind, **fields)
            while not sending.done() and not select.select([theirs], [], [], 0.0005)[0]:
                pass
            if sending.done():
                sending.result()
            told, arrived = receiver.receive(time.monotonic() + 5)
            assert told == kind
            return arrived
        finally:
            receiver.close()
            sender.close()
