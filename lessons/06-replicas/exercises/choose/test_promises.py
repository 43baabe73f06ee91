"""A set in virtual time: what sessions read through the submission's choices."""

import itertools
import random

import pytest

NOBODY = {"wrote": 0, "seen": 0}


def member(name, role, applied):
    return {"name": name, "role": role, "applied": applied, "rtt_ms": 1.0}


class Set:
    """A replica set in virtual time: clients write and read through the submission's choices.

    `lags` maps members to seconds, the primary to None. Acts are [time, session, "write" or
    "read"], and [time, member, "down"].
    """

    def __init__(self, lags, acts, seed):
        self.lags, self.source = lags, random.Random(seed)
        self.roles = {name: "secondary" if lag else "primary" for name, lag in lags.items()}
        self.applied, self.written = dict.fromkeys(lags, 0), []
        self.sessions, self.reads, self.asked_the_dead = {}, [], 0
        self.story = self.told(acts)

    def begin(self):
        """The first question."""
        return next(self.story, None)

    def answered(self, answer):
        """The next one, after an answer."""
        try:
            return self.story.send(answer)
        except StopIteration:
            return None

    def told(self, acts):
        """Asks the submission what it needs to know."""
        for now, who, act in acts:
            self.catch_up(now)
            session = self.sessions.get(who, NOBODY)
            if act == "down":
                self.roles[who] = "unknown"
            elif act == "write":
                self.written.append(now)
                self.sessions[who] = yield ask("remember", session, "write", len(self.written))
            else:
                chosen = yield ask("candidates", self.view(), session)
                clock = self.read(who, now, chosen)
                if clock is not None:
                    self.sessions[who] = yield ask("remember", session, "read", clock)

    def catch_up(self, now):
        """Members have every write that is older than their lag, and never forget one."""
        for name, lag in self.lags.items():
            late = sum(at + (lag or 0) <= now for at in self.written)
            if self.roles[name] != "unknown":
                self.applied[name] = max(self.applied[name], late)

    def view(self):
        """The members as a router sees them, in no particular order."""
        members = [member(n, r, self.applied[n]) for n, r in self.roles.items()]
        return self.source.sample(members, len(members))

    def read(self, who, now, chosen):
        """What a read on one of the chosen members gets; None when there is none."""
        one = self.source.choice(chosen) if chosen else None
        clock = {None: None}.get(one, self.applied.get(one))
        if one is not None and self.roles[one] == "primary":
            clock = len(self.written)
        self.asked_the_dead += one is not None and self.roles[one] == "unknown"
        self.reads.append({"who": who, "at": now, "member": one, "clock": clock})
        return clock


def ask(function, *args):
    return {"do": function, "args": list(args)}


def played(submission, rng, lags, acts):
    """What every read of these acts got, and the set."""
    world = Set(lags, acts, rng.random())
    submission.play(world, "serve")
    assert len(world.reads) == sum(act == "read" for _, _, act in acts), "the day ended early"
    return world.reads, world


def busy_day(rng, seconds=24):
    """Writers write and read at once, readers only read."""
    acts = []
    for tick in range(seconds * 5):
        at = tick / 5 + rng.uniform(0, 0.1)
        writer, reader = f"writer-{rng.randrange(6)}", f"reader-{rng.randrange(6)}"
        if rng.random() < 0.3:
            acts.append([at, writer, "write"])
        acts += [[at + 0.01, writer, "read"], [at + 0.02, reader, "read"]]
    return acts


def missed(reads, acts):
    """Reads that lack something the session itself wrote before."""
    clocks, wrote, found = itertools.count(1), {}, []
    reads = iter(reads)
    for _at, who, act, *_ in acts:
        if act == "write":
            wrote[who] = next(clocks)
        elif act == "read":
            one = next(reads)
            if one["member"] is not None and one["clock"] < wrote.get(who, 0):
                found.append(one)
    return found


def went_back(reads):
    """Reads that got less than the same session had got before."""
    seen, found = {}, []
    for one in reads:
        if one["member"] is not None:
            if one["clock"] < seen.get(one["who"], 0):
                found.append(one)
            seen[one["who"]] = max(one["clock"], seen.get(one["who"], 0))
    return found


def without_need(reads, acts, lag):
    """Reads on the primary although both secondaries had all that the session needs."""
    written = [at for at, _who, act, *_ in acts if act == "write"]
    needs, found, clock = {}, [], 0
    reads = iter(reads)
    for at, who, act, *_ in acts:
        if act == "write":
            clock += 1
            needs[who] = clock
            continue
        one = next(reads)
        if one["member"] == "a" and sum(w + lag <= at for w in written) >= needs.get(who, 0):
            found.append(one)
        needs[who] = max(needs.get(who, 0), one["clock"])
    return found


@pytest.mark.hint("Compare a secondary's `applied` with the session's `wrote`.")
@pytest.mark.points(3)
def test_nobody_misses_their_own_writes(submission, rng):
    """A day with two late secondaries: no read lacks what its session wrote."""
    acts = busy_day(rng)
    reads, _ = played(submission, rng, {"a": None, "b": 0.5, "c": 3.0}, acts)
    lacking = missed(reads, acts)
    assert not lacking, f"{len(lacking)} of {len(reads)} reads missed the session's own write"


@pytest.mark.hint("Compare `applied` with `seen`, too: another secondary may be further behind.")
@pytest.mark.points(3)
def test_nobody_sees_time_run_backwards(submission, rng):
    """The same day: no read gets less than an earlier read of the same session."""
    reads, _ = played(submission, rng, {"a": None, "b": 0.5, "c": 3.0}, busy_day(rng))
    back = went_back(reads)
    assert not back, f"{len(back)} of {len(reads)} reads went back in time"


@pytest.mark.hint("Who has not written needs no primary; nor does a write that all have by now.")
@pytest.mark.points(3)
def test_the_primary_is_spared(submission, rng):
    """Readers never need the primary, and writers only until a secondary has their write."""
    acts = busy_day(rng)
    reads, _ = played(submission, rng, {"a": None, "b": 0.5, "c": 0.5}, acts)
    readers = [one for one in reads if one["who"].startswith("reader")]
    on_primary = sum(one["member"] == "a" for one in readers)
    assert on_primary == 0, f"{on_primary} of {len(readers)} reads of readers burdened the primary"
    needless = without_need(reads, acts, 0.5)
    assert not needless, f"{len(needless)} reads burdened the primary without need"
    shares = [sum(one["member"] == name for one in readers) / len(readers) for name in "bc"]
    assert min(shares) > 0.2, f"two equal secondaries got {shares[0]:.0%} and {shares[1]:.0%}"


@pytest.mark.hint("What a session has seen counts, wherever it saw it: `seen` outlives a member.")
@pytest.mark.points(2)
def test_promises_outlive_a_member(submission, rng):
    """The nearer secondary dies: nobody asks it any more, and nobody is sent back in time."""
    acts = [*busy_day(rng, 16), [8.0, "b", "down"]]
    acts.sort(key=lambda act: act[0])
    reads, world = played(submission, rng, {"a": None, "b": 0.2, "c": 4.0}, acts)
    assert not world.asked_the_dead, "a dead member was asked"
    assert all(one["member"] for one in reads), "the primary lived, and a read got no answer"
    back, lacking = went_back(reads), missed(reads, acts)
    assert not back, f"{len(back)} reads went back in time when a secondary died"
    assert not lacking, f"{len(lacking)} reads missed an own write when a secondary died"
