"""Every way from a submission to a verdict, with a grammar and the one sentence as property."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from hypothesis.strategies import SearchStrategy

from tests.fuzz import configs, frames, manifests, programs, whole
from tests.fuzz.still import still

Property = Callable[[Any], None]
SERVER = b"server { listen 127.0.0.1:{port}; "


@dataclass(frozen=True, slots=True)
class Channel:
    """One way from a submission to a verdict."""

    name: str
    cases: SearchStrategy[Any]
    opened: Callable[[], AbstractContextManager[Property]]
    found: tuple[Any, ...] = ()  # what has ended as an error before
    share: int = 1  # of the cases that a test tries; whole checks take long


FRAMES = (
    frames.HEAD + b'"failure":{"kind":[],"message":"","line":1,"trace":[]}}',
    frames.HEAD + b'"value":[1' + b",1e9" * 40_000 + b"]}",
    frames.HEAD + b'"value":[1' + b",1e16" * 45_000 + b"]}",
    frames.HEAD + b'"value":"' + "é".encode() * 110_000 + b'"}',
    frames.HEAD + b'"value":[1' + b",1" * 120_000 + b"]}",
    frames.HEAD + b'"value":' + b"[" * 64 + b"]" * 64 + b"}",
    frames.HEAD + b'"failure":{"kind":"exit","message":"' + "é".encode() * 90_000
    + b'","line":1,"trace":[]}}',
    b"[" * 100 + b'\\"' * 118_000,
)  # fmt: skip
CONFIGS = (
    b"server {\n" + b"location / {\n" * 50_000,
    SERVER + b"location / {\n" * 4_000 + b"}" * 4_001,
    SERVER + b"location / { limit_rate 1; return 200 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; } }",
    SERVER + b"set $a '" + b"x" * 2000 + b"'; " + b"set $a '$a$a';" * 9
    + b"location / { return 200 $a; } }",
    SERVER + b"ssl_certificate /dev/stdin; ssl_certificate_key /dev/stdin; }",
)  # fmt: skip
MANIFESTS = (b'a: "\\U00110000"', b"[" * 49_000, b"- " * 24_000 + b"a", b"&a [*a]")
PRINTED = (b"\x01" * 70_000, b"\xff" * 70_000)

FAST = (
    Channel("value channel: lines, read and passed on", frames.frames, still(frames.travel), FRAMES),
    Channel("value channel: lines that a process writes", frames.frames, programs.written, FRAMES),
    Channel("value channel: Python values that a function returns", programs.values,
            programs.returned),
    Channel("files in the place of Python", programs.sources, programs.submitted, share=3),
    Channel("what is printed", programs.printed, programs.spoken, PRINTED, share=3),
    Channel("nginx for balancing/contract, read", configs.configs,
            lambda: configs.read(configs.CONTRACT), CONFIGS),
    Channel("nginx for cdn/edge, read", configs.configs,
            lambda: configs.read(configs.EDGE), CONFIGS),
    Channel("nginx for both, served and reloaded", configs.configs,
            lambda: configs.served({**configs.CONTRACT, **configs.EDGE}), CONFIGS, share=4),
    Channel("manifests for autoscaling/manifests", manifests.manifests, manifests.judged,
            MANIFESTS),
)  # fmt: skip


def checks(sandbox: str) -> tuple[Channel, ...]:
    """Whole checks in a sandbox."""
    return (
        Channel(f"whole checks ({sandbox}): lines", frames.frames,
                lambda: whole.writing(sandbox), FRAMES, 25),
        Channel(f"whole checks ({sandbox}): files", programs.sources,
                lambda: whole.files(sandbox), share=25),
        Channel(f"whole checks ({sandbox}): nginx", configs.configs,
                lambda: whole.configs(sandbox), CONFIGS, 25),
    )  # fmt: skip
