"""What nobody waits for: what is logged, and what ends a thread, is told as prose."""

import logging
import threading
import traceback

from course.cli.output import explain


def tell_background() -> None:
    """From now on, in this process."""
    logging.basicConfig(handlers=[Told()], level=logging.WARNING)
    threading.excepthook = lambda told: explain(*describe(told.exc_value))


def describe(error: BaseException | None) -> list[str]:
    """The traceback of what ended a thread."""
    return "".join(traceback.format_exception(error)).splitlines()


class Told(logging.Handler):
    """Writes down what is logged as prose."""

    def emit(self, record: logging.LogRecord) -> None:
        """One record, with its traceback."""
        explain(self.format(record))
