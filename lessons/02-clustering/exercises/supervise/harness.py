"""A world in virtual time: workers live as long as the test planned, and nothing really waits."""

from types import SimpleNamespace

from submission import supervise

MOST_TURNS = 20_000  # of a supervisor that never lets time pass
LONGEST_LIST = 2_000


class Spinning(Exception):
    """The supervisor asked again and again while the clock stood still."""


class World:
    """What `supervise` sees of the operating system.

    Args:
        lives: For each slot, how long its successive workers live; the last one stays for ever.
        seconds: When the system shuts down.
    """

    def __init__(self, lives, seconds):
        self.slots = [slot for slot, _ in lives]
        self._lives = {slot: list(lengths) for slot, lengths in lives}
        self._end = seconds
        self._now = 0.0
        self._next_pid = 100
        self._deaths = {}  # pid: when
        self._waits_at = (0.0, 0)  # a moment, and how often wait was called in it
        self.starts = []  # (when, slot)
        self.waits = 0

    def now(self):
        """The time."""
        return self._now

    def goes_on(self):
        """False once the system shuts down."""
        self._count_turn()
        return self._now < self._end

    def start(self, slot):
        """A worker is born."""
        if slot not in self._lives:
            raise ValueError(f"there is no slot {slot!r}; there are {self.slots}")
        if len(self.starts) >= LONGEST_LIST:
            raise Spinning(f"{LONGEST_LIST} workers were started; that is a storm")
        self._next_pid += 1
        self.starts.append([self._now, slot])
        left = self._lives[slot]
        if left:
            self._deaths[self._next_pid] = self._now + left.pop(0)
        return self._next_pid

    def wait(self, seconds=None):
        """Let time pass until somebody dies."""
        self.waits += 1
        self._count_turn()
        limit = self._end if seconds is None else min(self._end, self._now + max(0.0, seconds))
        died_at = min([limit, *self._deaths.values()])
        self._now = max(self._now, died_at)
        dead = [pid for pid, at in self._deaths.items() if at <= self._now]
        for pid in dead:
            del self._deaths[pid]
        return dead

    def _count_turn(self):
        moment, turns = self._waits_at
        self._waits_at = (self._now, turns + 1 if moment == self._now else 1)
        if turns > MOST_TURNS:
            raise Spinning("the loop turns and turns, and no time passes")


def run(lives, policy, seconds):
    """Run the supervisor in such a world: when it started whom, and how often it waited."""
    world = World(lives, seconds)
    supervise(world, SimpleNamespace(**policy))
    return {"starts": world.starts, "waits": world.waits, "ended": world.now()}
