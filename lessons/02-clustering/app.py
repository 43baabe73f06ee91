"""The application: what every worker runs, and the ways it can go wrong."""

import hashlib
import time

from settings import Settings

LEAK_BYTES = 2_000_000
WORK = b"a page to render" * 64


class App:
    """Answers requests with a little computing and a wait for something else."""

    def __init__(self, settings: Settings) -> None:
        if settings.broken:
            raise RuntimeError("the new release cannot read its settings")
        time.sleep(settings.boot_ms / 1000)  # imports, connections, caches to fill
        self._settings = settings
        self._kept: list[bytearray] = []
        self.is_leaking = False

    def answer(self, path: str) -> str:
        """The page; `/work?MS` computes for so many milliseconds of CPU instead."""
        if self.is_leaking:
            self._kept.append(bytearray(b"x") * LEAK_BYTES)
        name, _, number = path.partition("?")
        if name == "/work":
            compute(int(number) if number.isdigit() else 50)
        else:
            compute(self._settings.work_ms)
            time.sleep(self._settings.wait_ms / 1000)
        return f"answered {path}\n"


def compute(cpu_ms: int) -> None:
    """Use this much CPU time of this thread in plain Python, which holds the interpreter's lock."""
    end = time.thread_time() + cpu_ms / 1000
    digest = WORK
    while time.thread_time() < end:
        digest = hashlib.sha256(digest + WORK).digest()
