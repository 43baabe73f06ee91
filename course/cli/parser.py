"""Reads the command line, and asks "did you mean" where it is off."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from course.errors import UsageError
from course.model.nearest import did_you_mean
from course.report.lines import columns

if TYPE_CHECKING:  # what `course --version` must not wait for
    from course.cli.wiring import Wiring

Run: TypeAlias = "Callable[[argparse.Namespace, Wiring], int]"
SANDBOXES = ("auto", "docker", "embedded")
_CHOICE = re.compile(r"invalid choice: '?(?P<word>[^' ]*)'?")
_UNKNOWN = re.compile(r"unrecognized arguments: (?P<word>\S+)")


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are UsageErrors.

    Args:
        words: Every option and command there is, shared by all parsers of a command line.
    """

    def __init__(
        self, *, prog: str, description: str, words: list[str], is_outer: bool = False
    ) -> None:
        super().__init__(
            prog=prog,
            description=description,
            allow_abbrev=False,
            formatter_class=_formatter,
        )
        self.words = words
        self._add_common(is_outer=is_outer)

    def _add_common(self, *, is_outer: bool) -> None:
        """What may stand before the command or after it."""

        def default(value: object) -> object:
            return value if is_outer else argparse.SUPPRESS

        common = self.add_argument_group("everywhere")
        common.add_argument(
            "--course",
            metavar="DIR",
            type=Path,
            default=default(None),
            help="another course's lessons",
        )
        common.add_argument(
            "--sandbox",
            choices=SANDBOXES,
            default=default("auto"),
            help="where labs and checks run",
        )
        common.add_argument(
            "--json", action="store_true", default=default(False), help="results for scripts"
        )
        common.add_argument(
            "--trust-course",
            action="store_true",
            default=default(False),
            help="agree that the code of --course DIR runs here",
        )
        self.words += ["--course", "--sandbox", "--json", "--trust-course", "--help"]

    def error(self, message: str) -> NoReturn:
        """Say what is off and what was probably meant."""
        off = _CHOICE.search(message) or _UNKNOWN.search(message)
        word = off["word"].partition("=")[0] if off else ""
        summary = f"{message[:1].upper()}{message[1:]}."
        if _UNKNOWN.search(message):
            summary = f"There is no option or argument '{word}' here."
        elif off and "COMMAND" in message:
            summary = f"There is no command '{word}'."
        hint = did_you_mean(word, self.words) if word else ""
        raise UsageError(summary, f"{hint} `{self.prog} --help` lists what there is.".strip())


class Commands:
    """The commands below one parser.

    Args:
        parser: The parser they stand behind.
    """

    def __init__(self, parser: Parser, *, is_required: bool) -> None:
        self._parser = parser
        self._subparsers = parser.add_subparsers(
            metavar="COMMAND",
            title="commands",
            required=is_required,
            parser_class=Parser,
            prog=parser.prog,  # else argparse formats a usage that nobody asked for
        )

    def add(self, name: str, help_text: str, run: Run | None, *, more: str = "") -> Parser:
        """Declare a command; returns its parser, for arguments of its own."""
        self._parser.words.append(name)
        sentence = f"{help_text[:1].upper()}{help_text[1:]}."
        parser = self._subparsers.add_parser(
            name,
            help=help_text,
            prog=f"{self._parser.prog} {name}",
            description="\n\n".join(filter(None, (sentence, more))),
            words=self._parser.words,
        )
        if run is not None:
            parser.set_defaults(run=run)
        return parser

    def option(self, parser: argparse._ActionsContainer, *names: str, **how: object) -> None:
        """Declare an option, and remember its name for "did you mean"."""
        parser.add_argument(*names, **how)  # type: ignore[arg-type]  # argparse types each keyword
        self._parser.words += [name for name in names if name.startswith("-")]


def parse(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """The options; raises UsageError."""
    return parser.parse_args(arguments)


def _formatter(prog: str) -> argparse.HelpFormatter:
    """As argparse has it, which asks `shutil` for the width each time an argument is added."""
    return argparse.RawDescriptionHelpFormatter(prog, width=columns() - 2)
