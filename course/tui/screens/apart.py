"""Blocking jobs beside the screen, each on a thread that nobody has to wait for.

Not `asyncio.to_thread` and not thread workers: their threads come from a small pool that a few
slow triggers would use up, and the app could not quit before the last of them ended.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def apart(job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `job` returns or raises; who stops waiting leaves it to end alone."""
    return await _started(lambda: job(*args, **kwargs), None)


async def apart_or(discard: Callable[[T], object], job: Callable[[], T]) -> T:
    """The same for a result that must be given back when nobody waits for it any longer."""
    return await _started(job, discard)


def leave(job: Callable[[], object]) -> None:
    """Start a job whose end does not matter to the screen."""
    Thread(target=job, daemon=True).start()


async def _started(job: Callable[[], T], discard: Callable[[T], object] | None) -> T:
    errand = _Errand(job, discard)
    leave(errand.run)
    return await errand.answer


class _Errand(Generic[T]):
    def __init__(self, job: Callable[[], T], discard: Callable[[T], object] | None) -> None:
        self._job = job
        self._discard = discard
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[T] = self._loop.create_future()

    def run(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: the app has quit
            try:
                result = self._job()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
                self._loop.call_soon_threadsafe(self._fail, error)
            else:
                self._loop.call_soon_threadsafe(self._give, result)

    def _give(self, result: T) -> None:
        if not self.answer.cancelled():
            self.answer.set_result(result)
        elif self._discard is not None:
            leave(partial(self._discard, result))

    def _fail(self, error: BaseException) -> None:
        if not self.answer.cancelled():
            self.answer.set_exception(error)
