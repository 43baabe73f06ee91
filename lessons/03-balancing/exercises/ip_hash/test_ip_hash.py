import pytest

from course.judge.compare import same


def drawn(rng, count, most=1, least=1, down=0):
    """Some servers, in an order that is not the alphabet's; the heaviest of them may be down."""
    names = rng.sample("abcdef", count)
    servers = [{"name": name, "weight": rng.randint(least, most), "down": False} for name in names]
    for server in sorted(servers, key=lambda one: -one["weight"])[:down]:
        server["down"] = True
    return servers


def four(rng):
    """An IPv4 address."""
    return ".".join(str(rng.randint(1, 254)) for _ in range(4))


def compared(rig, submission, addresses, servers):
    """Where nginx and the submission differ, as sentences."""
    wanted = rig.fire("answers", addresses=addresses, servers=servers)
    got = submission.call("answers", addresses, servers)
    listed = [f"{one['name']}={one['weight']}{' down' * one['down']}" for one in servers]
    return [
        f"{address} on {', '.join(listed)}: nginx chose {right}, you {answer!r}"
        for address, right, answer in zip(addresses, wanted, got, strict=True)
        if not same(answer, right)
    ]


@pytest.mark.hint("Only the first three bytes of an IPv4 address count.")
@pytest.mark.points(2)
def test_a_network_stays_together(submission, rng):
    """All clients of one /24 network get the same server."""
    network = ".".join(str(rng.randint(1, 254)) for _ in range(3))
    addresses = [f"{network}.{n}" for n in rng.sample(range(256), 40)]
    got = submission.call("answers", addresses, drawn(rng, 4))
    assert len(set(got)) == 1, f"clients of {network}.0/24 went to {', '.join(map(str, set(got)))}"


@pytest.mark.hint("89 at the start; for each byte `value = (value * 113 + byte) % 6271`.")
@pytest.mark.points(3)
def test_networks_get_the_server_of_nginx(submission, rig, rng):
    """With equal weights every client gets the server that a real nginx gives it."""
    wrong = compared(rig, submission, [four(rng) for _ in range(40)], drawn(rng, 4))
    assert not wrong, f"{len(wrong)} of 40 differ. {wrong[0]}"


@pytest.mark.hint("Take the remainder by the sum of weights, then subtract weight by weight.")
@pytest.mark.points(2)
def test_weights_count(submission, rig, rng):
    """A server with more weight gets more networks, the same ones as in nginx."""
    wrong = compared(rig, submission, [four(rng) for _ in range(40)], drawn(rng, 3, most=9))
    assert not wrong, f"{len(wrong)} of 40 differ. {wrong[0]}"


@pytest.mark.hint("Go through the bytes again with the value you have; do not begin at 89 again.")
@pytest.mark.points(3)
def test_servers_that_are_down(submission, rig, rng):
    """Clients of a server that is down get another one, the same as in nginx."""
    servers = drawn(rng, 4, most=4, least=2, down=1)
    wrong = compared(rig, submission, [four(rng) for _ in range(60)], servers)
    assert not wrong, f"{len(wrong)} of 60 differ. {wrong[0]}"


@pytest.mark.hint("The weights of servers that are down stay in the sum, so nobody else moves.")
@pytest.mark.points(2)
def test_only_clients_of_the_lost_server_move(submission, rng):
    """When a server goes down, the clients of the others stay where they are."""
    servers = drawn(rng, 4, most=4)
    addresses = [four(rng) for _ in range(60)]
    before = submission.call("answers", addresses, servers)
    lost = rng.choice(servers)
    lost["down"] = True
    after = submission.call("answers", addresses, servers)
    moved = [old for old, new in zip(before, after, strict=True) if old != new]
    assert set(moved) <= {lost["name"]}, f"{lost['name']} is down, and clients of others moved too"
    assert lost["name"] not in after, f"{lost['name']} is down and was chosen"


@pytest.mark.hint("`len(packed)` is 4 or 16. Of the 16 all count.")
def test_ipv6(submission, rig, rng):
    """Of an IPv6 address all sixteen bytes count."""
    addresses = [f"2001:db8::{rng.randint(1, 65535):x}:{rng.randint(1, 255):x}" for _ in range(30)]
    wrong = compared(rig, submission, addresses, drawn(rng, 3, most=3))
    assert not wrong, f"{len(wrong)} of 30 differ. {wrong[0]}"


@pytest.mark.hint("Look first whether anybody is up, or the search never ends.")
def test_all_are_down(submission, rig, rng):
    """When all servers are down the answer is None."""
    wrong = compared(rig, submission, [four(rng)], drawn(rng, 3, down=3))
    assert not wrong, wrong[0]
