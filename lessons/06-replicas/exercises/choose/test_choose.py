import itertools

import pytest

from course.judge.compare import same

MODES = ["primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"]
NOBODY = {"wrote": 0, "seen": 0}


def member(name, role, applied=100, rtt_ms=1.0):
    return {"name": name, "role": role, "applied": applied, "rtt_ms": rtt_ms}


def shuffled(rng, *members):
    return rng.sample(members, len(members))


def names(members, *roles):
    return [one["name"] for one in members if one["role"] in roles]


@pytest.mark.hint("Make two lists first, of primaries and of secondaries; the mode combines them.")
@pytest.mark.points(2)
def test_each_mode_allows_what_it_says(submission, rng):
    """With all members up to date, each of the five modes allows the members that it names."""
    members = shuffled(
        rng, member("a", "primary"), member("b", "secondary"), member("c", "secondary")
    )
    wanted = {
        "primary": names(members, "primary"),
        "primaryPreferred": names(members, "primary"),
        "secondary": names(members, "secondary"),
        "secondaryPreferred": names(members, "secondary"),
        "nearest": names(members, "primary", "secondary"),
    }
    for mode in MODES:
        got = submission.call("candidates", members, NOBODY, mode)
        assert same(got, wanted[mode]), f"{mode}: {got} instead of {wanted[mode]}"


@pytest.mark.hint("`primaries or secondaries` says it. An unknown member is neither.")
@pytest.mark.points(2)
def test_what_is_left_when_members_are_gone(submission, rng):
    """A member that does not answer is never asked; only the preferred modes fall back."""
    dead = shuffled(rng, member("a", "unknown"), member("b", "secondary"), member("c", "unknown"))
    wanted = [[], ["b"], ["b"], ["b"], ["b"]]
    got = [submission.call("candidates", dead, NOBODY, mode) for mode in MODES]
    assert same(got, wanted), f"with only a secondary left, the modes {MODES} gave {got}"
    alone = shuffled(rng, member("a", "primary"), member("b", "unknown"))
    got = [submission.call("candidates", alone, NOBODY, mode) for mode in MODES]
    assert same(got, [["a"], ["a"], [], ["a"], ["a"]]), (
        f"with only the primary left, the modes {MODES} gave {got}"
    )
    gone = [member("a", "unknown"), member("b", "unknown")]
    got = [submission.call("candidates", some, NOBODY) for some in (gone, [])]
    assert same(got, [[], []]), f"nobody is left, and the answer is {got}"


@pytest.mark.hint("Take the smallest rtt_ms of those that are left, and add 15.")
@pytest.mark.points(2)
def test_only_the_nearest_are_asked(submission, rng):
    """Of the members that may answer, those within 15 ms of the fastest are kept."""
    base = rng.randrange(1, 40)
    members = shuffled(
        rng,
        member("a", "primary", rtt_ms=base + 5),
        member("b", "secondary", rtt_ms=base + 4),
        member("c", "secondary", rtt_ms=base + 19),
        member("d", "secondary", rtt_ms=base + 20),
        member("e", "unknown", rtt_ms=0.5),
    )
    wanted = [name for name in names(members, "secondary") if name in "bc"]
    got = submission.call("candidates", members, NOBODY)
    assert same(got, wanted), f"secondaries at +4, +19 and +20 ms: {got} instead of {wanted}"
    wanted = [name for name in names(members, "primary", "secondary") if name in "abc"]
    got = submission.call("candidates", members, NOBODY, "nearest")
    assert same(got, wanted), f"all within 15 ms of the fastest: {got} instead of {wanted}"


@pytest.mark.hint("First leave out who is too late, then look who is fastest.")
@pytest.mark.points(2)
def test_a_late_member_sets_no_pace(submission, rng):
    """A fast secondary that is too late does not decide who is near enough."""
    clock = rng.randrange(10, 1000)
    members = shuffled(
        rng,
        member("a", "primary", clock + 5, rtt_ms=2.0),
        member("b", "secondary", clock - 1, rtt_ms=3.0),
        member("c", "secondary", clock, rtt_ms=60.0),
    )
    for session in ({"wrote": clock, "seen": 3}, {"wrote": 0, "seen": clock}):
        got = submission.call("candidates", members, session)
        assert same(got, ["c"]), f"b is one write short, c is slow and has them all: {got}"


@pytest.mark.hint("A secondary mode promises not to burden the primary: an empty list, then.")
@pytest.mark.points(1)
def test_no_answer_rather_than_a_broken_promise(submission, rng):
    """When all secondaries are too late and the primary is gone or not allowed, nobody answers."""
    clock = rng.randrange(10, 1000)
    late = [member("b", "secondary", clock - 1), member("c", "secondary", clock - 2)]
    session = {"wrote": clock, "seen": 0}
    got = submission.call(
        "candidates", [*late, member("a", "primary", clock)], session, "secondary"
    )
    assert same(got, []), f"mode secondary, and all of them too late: {got}"
    for mode in ("secondaryPreferred", "primaryPreferred", "nearest"):
        got = submission.call("candidates", [*late, member("a", "unknown")], session, mode)
        assert same(got, []), f"{mode}, all secondaries too late and no primary: {got}"
        got = submission.call("candidates", [*late, member("a", "primary", clock)], session, mode)
        assert same(got, ["a"]), f"{mode}, all secondaries too late: {got}, not the primary"


@pytest.mark.hint("Keep the larger of the old and the new number, and build a new dictionary.")
@pytest.mark.points(2)
def test_a_session_never_forgets(submission, rng):
    """`wrote` and `seen` only grow, also when replies overtake each other."""
    replies = [[rng.choice(["write", "read"]), rng.randrange(1, 1000)] for _ in range(30)]
    wanted, marks = [], {"wrote": 0, "seen": 0}
    for kind, clock in replies:
        mark = "wrote" if kind == "write" else "seen"
        marks = {**marks, mark: max(marks[mark], clock)}
        wanted.append(marks)
    got = submission.call("sequence", replies)
    assert same(got["steps"], wanted), "after some replies a session is not what it should be"
    assert got["untouched"], "the session that was passed in has changed"


def busy_day(rng, seconds=40):
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
    """Forty seconds with two late secondaries: no read lacks what its session wrote."""
    acts = busy_day(rng)
    reads = submission.call("play", {"a": None, "b": 0.5, "c": 3.0}, acts, rng.random())
    lacking = missed(reads, acts)
    assert not lacking, f"{len(lacking)} of {len(reads)} reads missed the session's own write"


@pytest.mark.hint("Compare `applied` with `seen`, too: another secondary may be further behind.")
@pytest.mark.points(3)
def test_nobody_sees_time_run_backwards(submission, rng):
    """The same day: no read gets less than an earlier read of the same session."""
    reads = submission.call("play", {"a": None, "b": 0.5, "c": 3.0}, busy_day(rng), rng.random())
    back = went_back(reads)
    assert not back, f"{len(back)} of {len(reads)} reads went back in time"


@pytest.mark.hint("Who has not written needs no primary; nor does a write that all have by now.")
@pytest.mark.points(3)
def test_the_primary_is_spared(submission, rng):
    """Readers never need the primary, and writers only until a secondary has their write."""
    acts = busy_day(rng)
    reads = submission.call("play", {"a": None, "b": 0.5, "c": 0.5}, acts, rng.random())
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
    acts = [*busy_day(rng, 20), [10.0, "b", "down"]]
    acts.sort(key=lambda act: act[0])
    reads = submission.call("play", {"a": None, "b": 0.2, "c": 4.0}, acts, rng.random())
    assert not any(one["asked_the_dead"] for one in reads), "a dead member was asked"
    assert all(one["member"] for one in reads), "the primary lived, and a read got no answer"
    back, lacking = went_back(reads), missed(reads, acts)
    assert not back, f"{len(back)} reads went back in time when a secondary died"
    assert not lacking, f"{len(lacking)} reads missed an own write when a secondary died"
