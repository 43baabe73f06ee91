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


def truth(members, session, mode):
    """Who may answer, by the task's own words."""
    needed = max(session["wrote"], session["seen"])
    primary = [one for one in members if one["role"] == "primary"]
    secondary = [one for one in members if one["role"] == "secondary" and one["applied"] >= needed]
    may = {
        "primary": primary,
        "secondary": secondary,
        "primaryPreferred": primary or secondary,
        "secondaryPreferred": secondary or primary,
        "nearest": [one for one in members if one in primary or one in secondary],
    }[mode]
    return [m["name"] for m in may if all(m["rtt_ms"] - o["rtt_ms"] <= 15 for o in may)]


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
        got = submission.call("choose", members, NOBODY, mode)
        assert same(got, wanted[mode]), f"{mode}: {got} instead of {wanted[mode]}"


@pytest.mark.hint("`primaries or secondaries` says it. An unknown member is neither.")
@pytest.mark.points(2)
def test_what_is_left_when_members_are_gone(submission, rng):
    """A member that does not answer is never asked; only the preferred modes fall back."""
    dead = shuffled(rng, member("a", "unknown"), member("b", "secondary"), member("c", "unknown"))
    wanted = [[], ["b"], ["b"], ["b"], ["b"]]
    got = [submission.call("choose", dead, NOBODY, mode) for mode in MODES]
    assert same(got, wanted), f"with only a secondary left, the modes {MODES} gave {got}"
    alone = shuffled(rng, member("a", "primary"), member("b", "unknown"))
    got = [submission.call("choose", alone, NOBODY, mode) for mode in MODES]
    assert same(got, [["a"], ["a"], [], ["a"], ["a"]]), (
        f"with only the primary left, the modes {MODES} gave {got}"
    )
    gone = [member("a", "unknown"), member("b", "unknown")]
    got = [submission.call("choose", some, NOBODY) for some in (gone, [])]
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
    got = submission.call("choose", members, NOBODY)
    assert same(got, wanted), f"secondaries at +4, +19 and +20 ms: {got} instead of {wanted}"
    wanted = [name for name in names(members, "primary", "secondary") if name in "abc"]
    got = submission.call("choose", members, NOBODY, "nearest")
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
        got = submission.call("choose", members, session)
        assert same(got, ["c"]), f"b is one write short, c is slow and has them all: {got}"


@pytest.mark.hint("A secondary mode promises not to burden the primary: an empty list, then.")
@pytest.mark.points(1)
def test_no_answer_rather_than_a_broken_promise(submission, rng):
    """When all secondaries are too late and the primary is gone or not allowed, nobody answers."""
    clock = rng.randrange(10, 1000)
    late = [member("b", "secondary", clock - 1), member("c", "secondary", clock - 2)]
    session = {"wrote": clock, "seen": 0}
    got = submission.call("choose", [*late, member("a", "primary", clock)], session, "secondary")
    assert same(got, []), f"mode secondary, and all of them too late: {got}"
    for mode in ("secondaryPreferred", "primaryPreferred", "nearest"):
        got = submission.call("choose", [*late, member("a", "unknown")], session, mode)
        assert same(got, []), f"{mode}, all secondaries too late and no primary: {got}"
        got = submission.call("choose", [*late, member("a", "primary", clock)], session, mode)
        assert same(got, ["a"]), f"{mode}, all secondaries too late: {got}, not the primary"


MIXTURES = [
    "".join(roles)
    for count in (1, 2, 3)
    for roles in itertools.product("psu", repeat=count)
    if roles.count("p") <= 1
]


@pytest.mark.hint("Write the rules down in their order: who may at all, the mode, who is near.")
@pytest.mark.points(3)
def test_every_small_set(submission, rng):
    """Sets of up to three members: all roles, late or not, near or not, in every mode."""
    clock, base = rng.randrange(10, 10**6), rng.randrange(1, 80) / 4
    sessions = [{"wrote": clock, "seen": clock - 1}, {"wrote": 0, "seen": clock}]
    for mode in MODES:
        found = submission.call("all_sets", MIXTURES, mode, clock, base, sessions).split(",")
        sets = list(small_sets(clock, base, sessions))
        assert len(found) == len(sets), "a name that no member has was returned"
        for (members, session), got in zip(sets, found, strict=True):
            wanted = "".join(truth(members, session, mode))
            assert same(got, wanted), (
                f"mode {mode}, {session}: of {members}, {[*got]} instead of {[*wanted]}"
            )


def small_sets(clock, base, sessions):
    """The sets of `all_sets`, in the same order."""
    words = {"p": "primary", "s": "secondary", "u": "unknown"}
    for roles in MIXTURES:
        for applied in itertools.product((-1, 0), repeat=len(roles)):
            for slower in itertools.product((0, 15, 15.25), repeat=len(roles)):
                members = [
                    member(n, words[r], clock + more, base + ms)
                    for n, r, more, ms in zip("bca", roles, applied, slower, strict=False)
                ]
                yield from ((members, one) for one in sessions)


@pytest.mark.hint("`mode` has a default: secondaryPreferred.")
@pytest.mark.points(1)
def test_reads_go_to_secondaries_by_default(submission, rng):
    """Without a mode, secondaries answer, and the primary when none of them may."""
    for late in (0, 1):
        members = shuffled(
            rng, member("a", "primary", 9), member("b", "secondary", 9 - late),
            member("c", "secondary", 9 - late),
        )  # fmt: skip
        got = submission.call("choose", members, {"wrote": 9, "seen": 0})
        wanted = truth(members, {"wrote": 9, "seen": 0}, "secondaryPreferred")
        assert same(got, wanted), f"without a mode: {got} instead of {wanted}"


@pytest.mark.hint("Go through the members as they come; do not sort them.")
@pytest.mark.points(1)
def test_names_come_in_the_given_order(submission, rng):
    """Eight members in any order, as fast as each other or not: the names keep the order."""
    for mode in MODES:
        members = shuffled(
            rng, member("m0", "primary", rtt_ms=3.5),
            *(member(f"m{n}", "secondary", 90 + n, rng.randrange(1, 60) / 4) for n in range(1, 8)),
        )  # fmt: skip
        session = {"wrote": rng.randrange(89, 98), "seen": rng.randrange(89, 98)}
        got = submission.call("choose", members, session, mode)
        wanted = truth(members, session, mode)
        assert same(got, wanted), f"mode {mode}: {got} instead of {wanted}"


@pytest.mark.hint("Keep the larger of the old and the new number, and build a new dictionary.")
@pytest.mark.points(2)
def test_a_session_never_forgets(submission, rng):
    """`wrote` and `seen` only grow, each by its own kind, also when replies overtake each other."""
    replies = [["write", 5], ["read", 3], ["read", 5], ["write", 4], ["read", 4], ["write", 6]]
    replies += [[rng.choice(["write", "read"]), rng.randrange(1, 1000)] for _ in range(60)]
    wanted, marks = [], {"wrote": 0, "seen": 0}
    for kind, clock in replies:
        mark = "wrote" if kind == "write" else "seen"
        marks = {**marks, mark: max(marks[mark], clock)}
        wanted.append(marks)
    got = submission.call("sequence", replies)
    for reply, step, right in zip(replies, got, wanted, strict=True):
        assert same(step["session"], right), f"after {reply}: {step['session']}, not {right}"
        assert step["untouched"], "the session that was passed in has changed"
