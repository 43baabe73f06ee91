"""What people paste although the file already stands inside `http { }`: said before nginx does."""

import re

PIECE = re.compile(
    r"""#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|\\.|[^\s{};#"'\\]+""", re.S
)
ABOVE = {
    "http", "events", "user", "worker_processes", "pid", "daemon", "load_module",
    "worker_rlimit_nofile", "worker_cpu_affinity", "master_process", "stream", "mail",
}  # fmt: skip


def misplaced(text: str) -> str:
    """Why a file cannot stand where it will; empty when it can."""
    depth, words = 0, []
    for piece in PIECE.findall(text):
        if piece.startswith("#"):
            continue
        if piece not in ("{", "}", ";"):
            words.append(piece)
            continue
        if words and depth == 0 and words[0] in ABOVE:
            return above(words[0])
        if words and words[0] == "include":
            return included(words)
        depth += (piece == "{") - (piece == "}")
        words = []
    return ""


def above(name: str) -> str:
    """A directive that stands around `http { }`, or is it."""
    block = "the line `http {` and its closing brace" if name == "http" else f"`{name}`"
    return (
        f"this file already stands inside `http {{ }}`; leave out {block}. This lab writes what "
        "stands around it: `events`, two worker processes, and `http` itself"
    )


def included(words: list[str]) -> str:
    """A file that is not part of the submission."""
    return (
        f"this lab does not know `{' '.join(words)}`: of the folders of an installed nginx nothing "
        "is read here, no types and no other sites. It knows this file alone; leave the line out"
    )
