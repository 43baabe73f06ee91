"""A property that needs nothing to be opened, within bounds of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

MOST_SECONDS = 3.0  # of a processor, for one case; what is not linear takes minutes


def still(
    act: Callable[[Any], None],
) -> Callable[[], AbstractContextManager[Callable[[Any], None]]]:
    """The act, held to its time."""

    def in_time(case: Any) -> None:
        started = time.process_time()
        act(case)
        assert time.process_time() - started < MOST_SECONDS

    @contextmanager
    def opened() -> Iterator[Callable[[Any], None]]:
        yield in_time

    return opened
