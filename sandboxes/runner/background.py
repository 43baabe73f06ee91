"""Threads beside the main one: none of them ends unseen."""

from __future__ import annotations

import os
import sys
import threading

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

BROKEN = 70  # EX_SOFTWARE


def background(
    name: str,
    target: Callable[..., object],
    *args: Any,
    told: Callable[[str], object] | None = None,
) -> threading.Thread:
    """Start `target` on a thread of its own.

    Args:
        name: Of the thread.
        target: What it does.
        args: For it.
        told: Hears in words of its failure. Without it the process ends: nobody would be there to
            do what the others wait for.
    """

    def run() -> None:
        try:
            target(*args)
        except BaseException as error:  # noqa: BLE001  whatever it is, somebody must hear of it
            words = f"{name} failed: {type(error).__name__}: {error}"
            (told or _end)(words)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def tell_of_threads(told: Callable[[str], object]) -> None:
    """Let somebody hear of threads that others start, as a lesson's own code does."""

    def hook(failed: threading.ExceptHookArgs) -> None:
        name = failed.thread.name if failed.thread is not None else "a thread"
        told(f"{name} failed in the background: {failed.exc_type.__name__}: {failed.exc_value}")

    threading.excepthook = hook


def _end(words: str) -> None:
    import traceback

    traceback.print_exc()
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
    os._exit(BROKEN)
