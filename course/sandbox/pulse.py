"""How long nothing has been heard from an agent, on the clock of a process that may sleep."""

import time

TICK_SECONDS = 0.5
PING_AFTER = 1.0  # seconds of silence, after which the agent is asked whether it is there


class Pulse:
    """Counts silence in ticks: an hour with the lid closed is one tick, and no alarm."""

    def __init__(self) -> None:
        self._silent = 0.0
        self._ticked = time.monotonic()
        self._is_heard = False
        self._is_asked = False

    @property
    def silent(self) -> float:
        """Seconds without news."""
        return 0.0 if self._is_heard else self._silent

    def heard(self) -> None:
        """Something came: anything at all is news."""
        self._is_heard = True

    def tick(self) -> float:
        """Time has passed; returns the silence so far."""
        now = time.monotonic()
        passed, self._ticked = min(now - self._ticked, 2 * TICK_SECONDS), now
        if self._is_heard:
            self._is_heard = self._is_asked = False
            self._silent = 0.0
        else:
            self._silent += passed
        return self._silent

    def rest(self) -> None:
        """Nobody waits for news, so that silence means nothing."""
        self._is_heard = True

    def must_ask(self) -> bool:
        """Whether to send a ping now: one is enough until something is heard."""
        if self._is_asked or self._silent < PING_AFTER:
            return False
        self._is_asked = True
        return True
