import pytest

from course.judge.compare import same


def drawn(rng, count, most=9):
    """Some servers with random weights, in an order that is not the alphabet's."""
    names = rng.sample("abcdef", count)
    return [[name, rng.randint(1, most)] for name in names]


def by_the_rule(weights, busy):
    """Who is picked by the rule of the task, given who is busy each time."""
    account, picked = {name: 0 for name, _ in weights}, []
    for away in busy:
        usable = [(name, weight) for name, weight in weights if name not in away]
        for name, weight in usable:
            account[name] += weight
        best = max((account[name] for name, _ in usable), default=0)
        chosen = next((name for name, _ in usable if account[name] == best), None)
        if chosen is not None:
            account[chosen] -= sum(weight for _, weight in usable)
        picked.append(chosen)
    return picked


def follows_the_rule(submission, cases):
    """Every case is played as the rule of the task says."""
    for (weights, busy), got in zip(cases, submission.call("many", cases), strict=True):
        right = by_the_rule(weights, busy)
        away = next(
            (n for n, pair in enumerate(zip(got, right, strict=False)) if len(set(pair)) > 1), 0
        )
        said = f"{weights}, pick {away + 1} with {shown(busy[away]) or 'nobody'} busy"
        assert same(got, right), f"{said}: {shown(right)} is right, you picked {shown(got)}"


def compared(rig, submission, weights, steps):
    """What nginx picked, and what the submission did for the same steps."""
    seen = rig.fire("play", weights=weights, steps=steps)
    picked = [one["picked"] for one in seen]
    return picked, submission.call("picks", weights, [one["busy"] for one in seen])


def shown(names):
    """Names on one line."""
    return " ".join(name or "-" for name in names)


@pytest.mark.hint("Pay every server its weight, choose the richest, let it pay the sum of weights.")
def test_five_one_one(submission):
    """Weights 5, 1 and 1 give a a b a c a a, over and over."""
    got = submission.call("picks", [["a", 5], ["b", 1], ["c", 1]], [[]] * 14)
    assert same(got, list("aabacaa" * 2)), f"fourteen picks were {shown(got)}"


@pytest.mark.hint("With equal accounts the first server of the configuration is chosen.")
def test_equal_weights_take_turns(submission, rng):
    """Servers of equal weight take turns in the order of the configuration."""
    weight = rng.randint(1, 5)
    names = rng.sample("abcdef", 4)
    got = submission.call("picks", [[name, weight] for name in names], [[]] * 12)
    assert same(got, names * 3), f"with the order {shown(names)} the picks were {shown(got)}"


@pytest.mark.hint("Compare on paper: 3 and 2 give a b a b a. The chosen one pays the whole sum.")
@pytest.mark.points(3)
def test_the_turns_are_those_of_nginx(submission, rig, rng):
    """With any weights the sequence is the one that a real nginx has."""
    for count in (2, 3, 5):
        weights = drawn(rng, count)
        picks = min(2 * sum(weight for _, weight in weights), 40)
        picked, got = compared(rig, submission, weights, ["ask"] * picks)
        assert same(got, picked), f"{weights}: nginx picked {shown(picked)}, you {shown(got)}"


@pytest.mark.hint("After as many picks as the sum of all weights, every account is back at 0.")
def test_every_round_gives_each_its_weight(submission, rng):
    """In every round of as many picks as the sum of weights, each gets exactly its weight."""
    weights = drawn(rng, 4, most=60)
    total = sum(weight for _, weight in weights)
    got = submission.call("picks", weights, [[]] * (3 * total))
    for n in range(3):
        part = got[n * total : (n + 1) * total]
        counts = [[name, part.count(name)] for name, _ in weights]
        assert same(counts, weights), f"round {n + 1} of {weights} gave {counts}"


@pytest.mark.hint("Who is busy is not paid, and the sum is only of those who could be used.")
@pytest.mark.points(3)
def test_busy_servers_are_left_out(submission, rig, rng):
    """Servers that are busy are left out of a pick, and come back as in nginx."""
    for _ in range(2):
        weights = drawn(rng, 4, most=5)
        steps = rng.choices(["ask", "hold", "release"], [5, 2, 2], k=50)
        picked, got = compared(rig, submission, weights, ["hold", *steps])
        assert same(got, picked), f"{weights}: nginx picked {shown(picked)}, you {shown(got)}"


@pytest.mark.hint("When nobody is left, return None before any account has changed.")
def test_nobody_is_left(submission, rig, rng):
    """When all servers are busy the answer is None, and the turns go on as if not asked."""
    weights = [
        [name, weight] for name, weight in zip(rng.sample("abcdef", 3), (4, 1, 2), strict=True)
    ]
    steps = ["ask"] * rng.randint(0, 3) + ["hold"] * 3 + ["ask"] * 2 + ["release"] * 3
    picked, got = compared(rig, submission, weights, steps + ["ask"] * 8)
    assert None in picked
    assert same(got, picked), f"{weights}: nginx picked {shown(picked)}, you {shown(got)}"


@pytest.mark.hint("Keep the accounts in `self`, set in `__init__`.")
def test_two_balancers_do_not_share(submission, rng):
    """Two balancers keep their accounts apart."""
    weights = [["a", rng.randint(4, 9)], ["b", rng.randint(1, 3)]]
    others = [["a", 1], ["b", 1]]
    one, other = submission.call("side_by_side", weights, others, 12)
    assert same(other, list("ab" * 6)), (
        f"beside another balancer, equal weights gave {shown(other)}"
    )
    alone = submission.call("picks", weights, [[]] * 12)
    assert same(one, alone), f"alone it picks {shown(alone)}, beside another {shown(one)}"


@pytest.mark.hint("Write the accounts down for a few picks, and compare.")
@pytest.mark.points(2)
def test_every_step_of_the_rule(submission, rng):
    """Any weights, anybody busy: who is picked is who the rule names, each time."""
    cases = []
    for count in (1, 2, 3, 4, 5, 6) * 4:
        weights = drawn(rng, count, most=rng.choice([1, 2, 3, 9, 100]))
        names = [name for name, _ in weights]
        busy = [rng.sample(names, rng.randint(0, count)) for _ in range(40)]
        cases.append([weights, [away if rng.random() < 0.6 else [] for away in busy]])
    follows_the_rule(submission, cases)


@pytest.mark.hint("When nobody is left, return None before any account has changed.")
def test_nothing_changes_when_nobody_is_left(submission, rng):
    """Whenever all are busy the answer is None, and the next pick is as if not asked."""
    cases = []
    for before in range(8):
        names = rng.sample("abcdef", 3)
        weights = [[name, weight] for name, weight in zip(names, (5, 1, 2), strict=True)]
        cases.append([weights, [[]] * before + [names] * rng.randint(1, 3) + [[]] * 10])
    follows_the_rule(submission, cases)
