"""Takes an nginx configuration as people paste it, with what usually stands around `http { }`.

Here a file is what stands inside `http { }`, without the folders of a machine of its own. A wrapper
and lines that mean nothing here are taken away, usual folders lie in nginx's own; what cannot be
known here is said in one sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAIN = {"user", "worker_processes", "pid", "error_log", "events", "worker_rlimit_nofile"}
USUAL = re.compile(r"/(?:var|run|tmp|data|etc|usr|srv|opt)/\S*")
PLACED = {"proxy_cache_path", "proxy_temp_path", "client_body_temp_path", "access_log", "error_log"}
HARMLESS = re.compile(
    r"(?:.*/)?(?:mime\.types|(?:conf|default)\.d/.*|(?:sites|modules)-enabled/.*)"
)
TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)|(?P<sign>[;{}])"""
    r"""|(?P<word>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
    r"""|(?:\\.|\{[a-z]+\}|\$\{\w*\}|[^\s;{}"'\\])(?:\\.|\{[a-z]+\}|\$\{\w*\}|[^\s;{}\\])*|.)""",
    re.DOTALL,
)


class Unknown(Exception):
    """Something that is right elsewhere and cannot be known here; the text says what there is."""


@dataclass(slots=True)
class Statement:
    """A directive with its words, and where it and its block stand."""

    words: list[str]
    start: int
    end: int
    depth: int
    inside: tuple[int, int] | None = None  # of its block


def unpasted(text: str) -> str:
    """The same configuration as it must stand here; raises Unknown."""
    statements = list(read(text))
    wrapper = [one for one in statements if one.depth == 0 and one.words[:1] == ["http"]]
    beside = [
        one for one in statements if one.depth == 0 and one.words and one.words[0] not in MAIN
    ]
    if len(wrapper) == 1 and wrapper[0].inside and beside == wrapper:
        start, end = wrapper[0].inside
        kept = [one for one in statements if one.depth and start <= one.start < end]
        return "".join(_pieces(text, kept, start, end))
    if wrapper:
        raise Unknown("this file is what stands inside http { }: take `http {` and its `}` away")
    return "".join(_pieces(text, statements, 0, len(text)))


def read(text: str) -> Iterator[Statement]:
    """Every directive, outer ones before inner ones; what does not fit is left to nginx."""
    found: list[Statement] = []
    opened: list[Statement] = []
    current: Statement | None = None
    for match in TOKEN.finditer(text):
        if match["word"]:
            current = current or Statement([], match.start(), match.end(), len(opened))
            current.words.append(match["word"].strip("\"'"))
        if not match["sign"]:
            continue
        if match["sign"] == "}" and opened:
            block = opened.pop()
            block.end, block.inside = match.end(), (block.end, match.start())
        elif current is not None:
            current.end = match.end()
            found.append(current)
            if match["sign"] == "{":
                opened.append(current)
        current = None
    return iter(found)


def _pieces(text: str, statements: list[Statement], start: int, end: int) -> Iterator[str]:
    """The text with each directive that means something else here written anew."""
    at = start
    for one in sorted(statements, key=lambda one: one.start):
        if one.start < at or not one.words:
            continue
        new = _here(one)
        if new is not None:
            yield text[at : one.start]
            yield new
            at = one.end
    yield text[at:end]


def _here(one: Statement) -> str | None:
    """A directive as it must stand here; None when it stays as it is."""
    name, *words = one.words
    if one.inside:
        return "" if name == "events" and one.depth == 0 else None
    if name == "include" and words:
        if HARMLESS.fullmatch(words[0]):
            return ""
        raise Unknown(
            f"this lab does not know the file {words[0]!r}: yours stands alone here. It knows "
            "mime.types (which is not needed); write anything else into the file itself"
        )
    if one.depth == 0 and name in MAIN - {"error_log"}:
        return ""
    if name in PLACED and words and USUAL.fullmatch(words[0]):
        flat = re.sub(r"[^\w.]+", "-", words[0]).strip("-")
        return " ".join([name, flat, *words[1:]]) + ";"
    return None
