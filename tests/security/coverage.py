"""Which attack is proved where: reads coverage.toml, and writes the table of docs/attacks.md."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "attacks.md"
HEADER = "| id | what is tried | cases of the corpus | tests | contained by |"


@dataclass(frozen=True)
class Proof:
    """One attack: what is tried, and what proves that it is contained."""

    id: str
    tried: str
    cases: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    note: str = ""
    left_out: str = ""

    @cached_property
    def sandboxes(self) -> str:
        """Where the corpus holds its cases to be contained, for the page."""
        told = [_expected(case).get("sandboxes", ["docker", "embedded"]) for case in self.cases]
        named = {"docker": "Docker", "root": "embedded as root", "embedded": "embedded"}
        some = {one for sandboxes in told for one in sandboxes}
        every = set(some).intersection(*told)
        words = [named[one] if one in every else f"{named[one]} (some)" for one in sorted(some)]
        if not words and self.tests:
            return "Docker" if all("/docker/" in test for test in self.tests) else "the course"
        return ", ".join(words)

    @property
    def row(self) -> str:
        """Of the page's table."""
        cases = ", ".join(case.removeprefix(f"{self.id}-") for case in self.cases)
        files = ", ".join(dict.fromkeys(_short(test) for test in self.tests))
        tried = f"{self.tried}. {self.note or self.left_out}".strip().removesuffix(". ")
        tried = tried if tried.endswith(".") else f"{tried}."
        return f"| {self.id} | {tried} | {cases} | {files} | {self.sandboxes} |"


def proofs() -> Iterator[Proof]:
    """All of them, in the order of the file."""
    told = tomllib.loads((HERE / "coverage.toml").read_text(encoding="utf-8"))
    for name, fields in told.items():
        known = {key: tuple(value) if isinstance(value, list) else value
                 for key, value in fields.items()}  # fmt: skip
        yield Proof(name, **known)


def table() -> str:
    """As it stands in docs/attacks.md."""
    return "\n".join(
        [HEADER, "| --- " * HEADER.count(" | ") + "| --- |", *(p.row for p in proofs())]
    )


def page() -> str:
    """The whole page, with the table as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    return text[: text.index(HEADER)] + table() + "\n"


def _short(test: str) -> str:
    return test.partition("::")[0].removeprefix("tests/").removeprefix("unit/")


def _expected(case: str) -> dict[str, list[str]]:
    return tomllib.loads((HERE / "attacks" / case / "expect.toml").read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
