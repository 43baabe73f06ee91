"""`course` alone: the course on the screen, where the learner left off."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING

from course.cli.output import explain
from course.errors import UsageError

if TYPE_CHECKING:  # what `course --version` must not wait for
    from course.cli.wiring import Wiring


# What Textual takes as it comes, and fails of; for the others it has a default of its own.
DRIVERS = {
    f"textual.drivers.{name}"
    for name in (
        "linux_driver:LinuxDriver", "linux_inline_driver:LinuxInlineDriver",
        "headless_driver:HeadlessDriver", "web_driver:WebDriver",
    )
}  # fmt: skip
SYSTEMS = ("auto", "standard", "256", "truecolor", "windows")


def settle_textual(environment: MutableMapping[str, str]) -> Iterator[str]:
    """Take out what would break the screen; which variable it was, and what happens instead."""
    system = environment.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if system not in SYSTEMS:
        del environment["TEXTUAL_COLOR_SYSTEM"]
        known = ", ".join(SYSTEMS)
        yield f"TEXTUAL_COLOR_SYSTEM={system} is none of {known}: colours are found out instead."
    driver = environment.get("TEXTUAL_DRIVER")
    if driver is not None and driver not in DRIVERS:
        del environment["TEXTUAL_DRIVER"]
        yield f"TEXTUAL_DRIVER={driver} is no driver of Textual's: the usual one is used."


def draw_in_utf_8() -> None:
    """Frames and arrows, whatever the locale says: terminals have known UTF-8 for long.

    With another encoding each of them would be drawn as six letters.
    """
    for stream in (sys.__stdout__, sys.__stderr__):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding="utf-8")


def open_screen(options: argparse.Namespace, wiring: Wiring) -> int:
    """Open it, where there is a terminal to draw on."""
    from course.cli.wiring import has_terminal

    if not has_terminal() or os.environ.get("TERM") == "dumb":
        raise UsageError(
            "The course needs a terminal to draw on, and this is none.",
            "`course list`, `course run` and `course check` work anywhere: course --help",
        )
    draw_in_utf_8()
    for words in settle_textual(os.environ):
        explain(words)
    from course.storage.recordings import RecordingFolder
    from course.tui.app import CourseApp

    with contextlib.ExitStack() as stack:
        record = None
        if options.record_labs is not None:
            folder = RecordingFolder(options.record_labs)
            stack.callback(folder.close)  # after the labs
            record = folder.begin
        wiring.consent.is_on_screen = True
        study = stack.enter_context(wiring.study(ahead=True, record=record))
        # The first start shows home: what there is, and where labs will run.
        has_begun = any(card.state != "new" for card in study.cards())
        consent = None if wiring.consent.is_given else wiring.consent
        app = CourseApp(study, study.next() if has_begun else None, consent=consent)
        app.run()
        return app.return_code or 0
