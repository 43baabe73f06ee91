"""Learners' Python: values that it returns, bytes that it writes and prints, files that it is."""

import base64
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hypothesis import strategies as st

from agent.submission import SubmissionHost
from agent.wire import LARGEST_ANSWER
from runner.answers import KINDS
from runner.birth import spawn
from runner.values import compact
from tests.fuzz import frames

NONCE = frames.NONCE
SOURCE = b"""
import base64, os, sys
def give(text):
    return eval(text)
def write(data):
    view = memoryview(base64.b64decode(data) + b"\\n")
    while view:
        view = view[os.write(3, view):]
def echo(value):
    return value
"""
PARTS = (
    "None", "True", "0", "-1", "-0.0", "1e308", "1e308*10", "float('nan')", "10**4299", "10**4300",
    "10**9999", "'a'", "'\\ud800'", "'é'*41000", "'🎉'*30000", "'\\x00'*41000", "b'a'", "object()",
    "{1}", "range(9)", "[]", "[0]*122880", "[0]*122881", "[[]]*9999", "{'a':1}", "{1:2}",
    "{None:0}", "()", "(1,(2,))", "1j", "len", "type", "Ellipsis", "...", "lambda: 0", "(i for i in [1])",
    "type('S',(str,),{'encode':lambda *a:1/0})('x')", "type('I',(int,),{'__repr__':lambda s:'1e9'})(3)",
    "type('L',(list,),{'__iter__':lambda s:iter([1]*10**6)})()", "type('F',(float,),{})('inf')",
    "type('D',(dict,),{'items':lambda s:[('a',1)]*3})(a=1)", "1/0", "[][0]", "exit()", "exit('é'*9999)",
    "exec('raise BaseException(\"x\"*10**6)')", "exec('raise SyntaxError(1,(2,3,4,5))')",
    "exec('raise type(\"E\"*10**5,(Exception,),{\"__str__\":lambda s:1/0})')", "nothing",
    "exec('def f(): f()\\nf()')", "[x:=[]]+[x.append(x)]+[x]", "sys.stdout.close()", "open('/dev/full','w').write('a'*9**6)",
)  # fmt: skip
values = st.recursive(
    st.sampled_from(PARTS) | st.integers().map(str) | st.text(max_size=9).map(ascii),
    lambda inside: (
        st.lists(inside, max_size=4).map(lambda parts: f"[{','.join(parts)}]")
        | st.tuples(inside, inside).map(lambda two: f"{{'k':{two[0]},'é':{two[1]}}}")
        | st.tuples(inside, st.sampled_from((2, 50, 59, 60, 61, 90))).map(
            lambda two: "[" * two[1] + two[0] + "]" * two[1]
        )
    ),
    max_leaves=6,
)
WORDS = (
    "def f():", "\n", "\n  ", "return 1", "class A:", "(", ")", "[", "]", "{", "}", "lambda:", "x",
    "=", "1", "9" * 5000, "1e999", "'", '"""', "\\", "\0", "\r", "\x0c", "\t", "é", "ﬀ", "\ufeff",
    "import answer", "from . import x", "async ", "await ", "yield ", "@f\n", "if 1:", "elif ", "not ",
    "f'{", "}'", "# -*- coding: rot13 -*-\n", "# coding: utf-16\n", "# coding: idna\n", "~", "-", "**",
    "# coding: punycode\n", "# coding: nothing\n", "# coding: undefined\n", ":=", "match x:", "case _:",
)  # fmt: skip
sources = (
    st.lists(st.sampled_from(WORDS), max_size=20).map("".join)
    | st.builds(
        lambda unit, times, core: unit * times + core,
        st.sampled_from(WORDS),
        st.sampled_from((100, 2_000, 50_000)),
        st.sampled_from(("", "x", "pass", "0\n")),
    )
    | st.text(max_size=60)
).map(lambda text: text.encode(errors="surrogatepass")[:500_000]) | st.binary(max_size=80)
printed = st.builds(
    lambda unit, times: unit * times, st.binary(min_size=1, max_size=6), st.integers(0, 40_000)
)


class Host:
    """A submission host that is asked again and again, and must stay of use."""

    def __init__(self, folder: str) -> None:
        self._host = SubmissionHost(folder, None, spawn())
        self.take(SOURCE)
        self.close = self._host.close

    def take(self, source: bytes) -> None:
        """Submit another file."""
        self._host.submit({"answer.py": source}, entry="answer.py", seconds=3, memory_mb=96)

    def ask(self, function: str, *args: str) -> dict[str, object]:
        """Call it; the answer must be one, and fit on the wire."""
        told = self._host.call(function, list(args), {}, NONCE)
        assert told["nonce"] == NONCE
        assert len(compact({"id": 2**31, "value": told})) <= LARGEST_ANSWER
        failed = told.get("failure")
        assert ("value" in told) != isinstance(failed, dict), told
        if isinstance(failed, dict):
            assert failed["kind"] in KINDS
            self._host.restart()
        return told

    def printed(self) -> dict[str, object]:
        """What it printed, as it goes over the wire."""
        told = self._host.output()
        assert len(compact({"id": 2**31, "value": told})) <= LARGEST_ANSWER
        return dict(told)

    def is_well(self) -> None:
        """It still answers an honest question."""
        self._host.restart()
        assert self.ask("echo", "a")["value"] == "a"


@contextmanager
def opened() -> Iterator[Host]:
    """A host in a folder of its own."""
    folder = tempfile.mkdtemp(prefix="fuzz-")
    host = Host(folder)
    try:
        yield host
    finally:
        host.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def returned() -> Iterator[Callable[[str], None]]:
    """Take a Python value that a function of the learner's returns."""
    with opened() as host:

        def property_of(text: str) -> None:
            told = host.ask("give", text)
            if "value" in told:
                frames.echo(told["value"])
            host.printed()
            host.is_well()

        yield property_of


@contextmanager
def written() -> Iterator[Callable[[bytes], None]]:
    """Take bytes that the learner's process writes to the value channel."""
    with opened() as host:

        def property_of(line: bytes) -> None:
            host.ask("write", base64.b64encode(line).decode())
            host.is_well()

        yield property_of


@contextmanager
def submitted() -> Iterator[Callable[[bytes], None]]:
    """Take a file, parse it, load it, call it."""
    with opened() as host:

        def property_of(source: bytes) -> None:
            host.take(source)
            host.ask("submission.parses")
            host.ask("f")
            host.printed()
            host.take(SOURCE)
            host.is_well()

        yield property_of


@contextmanager
def spoken() -> Iterator[Callable[[bytes], None]]:
    """Take bytes that it prints."""
    with opened() as host:

        def property_of(data: bytes) -> None:
            host.take(
                SOURCE + f"\nos.write(1, base64.b64decode({base64.b64encode(data)!r}))".encode()
            )
            host.ask("echo", "a")
            host.printed()

        yield property_of
