"""`course` alone: the course on the screen, where the learner left off."""

from __future__ import annotations

import argparse
import contextlib
import os
from typing import TYPE_CHECKING

from course.errors import UsageError

if TYPE_CHECKING:  # what `course --version` must not wait for
    from course.cli.wiring import Wiring


def open_screen(options: argparse.Namespace, wiring: Wiring) -> int:
    """Open it, where there is a terminal to draw on."""
    from course.cli.wiring import has_terminal

    if not has_terminal() or os.environ.get("TERM") == "dumb":
        raise UsageError(
            "The course needs a terminal to draw on, and this is none.",
            "`course list`, `course run` and `course check` work anywhere: course --help",
        )
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
