"""The time that a submission has: its own processor time, and half of what it idles.

What others take is not counted: neither the time in which its processes could have run and got no
processor, nor that in which the whole sandbox stood still.
"""

from __future__ import annotations

from runner.metering import HAS_PROC, Meter, tells_waiting

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runner.clock import AwakeClock

IDLE_COSTS = 0.5  # of a second of processor time: who sleeps has twice as long
UNKNOWN_COSTS = 0.2  # where nobody can say whether it idled or had no processor
STARVED = 20  # times what a test has, on the clock: nobody gets that far by its own doing
SHORTEST = 1.0  # seconds, where a test has less


class OverTime(Exception):
    """The submission has used what it has."""


class Starved(Exception):
    """The machine gave the submission no processor for so long that nobody can judge it."""


class Budget:
    """Seconds for a check, and a share of them for each test.

    A test may use what is left of the whole, and always has its own share: one test that loops
    costs the others nothing but the rest of the whole.

    Args:
        seconds: Of processor time, for all tests together.
        clock: Of the agent.
        whole: Seconds that all of the submission's processes have used so far, where something else
            than they tells that (`float` is none): of a process that no parent waits for, the
            kernel tells nothing once it has ended.
    """

    def __init__(
        self, seconds: float, clock: AwakeClock, whole: Callable[[], float] = float
    ) -> None:
        self.seconds = self.allowed = seconds
        self.cpu = 0.0  # of the call that is under way
        self._clock = clock
        self._meter = Meter()
        self._whole = whole
        self._whole_before = self._metered = 0.0  # when the call began, and since then
        self._before = self._test = 0.0  # used by earlier tests, and by earlier calls of this one
        self._call = 0.0  # used by the call that is under way
        self._waited = self._began = 0.0

    def begin_test(self, tests: int) -> None:
        """The next test starts, one of so many."""
        self._before += self._test + self._call
        self._test = self._call = 0.0
        self.allowed = max(self.seconds - self._before, self.seconds / max(tests, 1))

    def begin_call(self, pids: Iterable[int]) -> None:
        """The submission has the word: from here on its time counts."""
        self._meter.read(pids)
        self._whole_before = self._whole()
        self._test += self._call
        self._began = self._clock.now()
        self.cpu = self._metered = self._waited = self._call = 0.0

    def charge(self, pids: Iterable[int]) -> None:
        """Count what the call has used so far.

        A wait for a processor is told by the kernel only when it is over, so what looks idle is
        worked out over the whole call and not from one look to the next.
        """
        cpu, waited = self._meter.read(pids)
        self._metered += cpu
        self.cpu = max(self._metered, self._whole() - self._whole_before)
        self._waited += waited
        passed = self._clock.now() - self._began
        if HAS_PROC and not tells_waiting():
            self._call = self.cpu + UNKNOWN_COSTS * max(passed - self.cpu, 0.0)
        else:
            self._call = self.cpu + IDLE_COSTS * max(passed - self.cpu - self._waited, 0.0)

    def check(self, pids: Iterable[int]) -> None:
        """Count, and raise OverTime or Starved when it is enough."""
        self.charge(pids)
        if self._test + self._call > self.allowed:
            raise OverTime
        if self._clock.now() - self._began > STARVED * max(self.allowed, SHORTEST):
            raise Starved

    def words(self) -> str:
        """How much a test has."""
        whole = self.allowed >= self.seconds
        return f"{self.allowed:.3g} s that {'it has' if whole else 'are left for this test'}"
