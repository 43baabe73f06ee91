from ipaddress import IPv6Address, ip_address
from itertools import combinations

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


def six(rng):
    """An IPv6 address, in which any of the sixteen bytes may be anything."""
    return str(IPv6Address(rng.getrandbits(128)))


def by_the_rule(address, servers):
    """The server by the rule of the task; None when nginx would lose its patience."""
    packed = ip_address(address).packed
    value = 89
    for _ in range(15):
        for byte in packed[:3] if len(packed) == 4 else packed:
            value = (value * 113 + byte) % 6271
        rest = value % sum(server["weight"] for server in servers)
        for server in servers:
            rest -= server["weight"]
            if rest < 0:
                break
        if not server["down"]:
            return server["name"]
    return None


def follows_the_rule(submission, addresses, servers):
    """Every address goes where the rule of the task sends it."""
    wanted = [(one, by_the_rule(one, servers)) for one in addresses]
    asked = [(one, right) for one, right in wanted if right is not None]
    got = submission.call("answers", [one for one, _ in asked], servers)
    listed = ", ".join(f"{one['name']}={one['weight']}{' down' * one['down']}" for one in servers)
    for (address, right), answer in zip(asked, got, strict=True):
        assert same(answer, right), f"{address} on {listed}: it is {right}, not {answer!r}"


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


@pytest.mark.hint("Write the four steps down for one address by hand, and compare.")
@pytest.mark.points(2)
def test_every_step_of_the_rule(submission, rng):
    """Very many addresses of both kinds, any weights, any servers down: as the rule says."""
    edges = ["1.0.0.0", "255.255.255.255", "10.0.0.1", "::", "::1", "ffff::ffff"]
    for count in (1, 2, 3, 5, 6):
        servers = drawn(rng, count, most=20)
        addresses = [*edges, *(four(rng) for _ in range(150)), *(six(rng) for _ in range(150))]
        follows_the_rule(submission, addresses, servers)
    for down in (1, 2, 3):
        for lost in combinations(range(4), down):
            servers = drawn(rng, 4, most=5)
            for place in lost:
                servers[place]["down"] = True
            addresses = [*(four(rng) for _ in range(60)), *(six(rng) for _ in range(30))]
            follows_the_rule(submission, addresses, servers)


@pytest.mark.hint("`all(...)` of the servers are down, whoever else is asked for.")
def test_nobody_is_found_for_anybody(submission, rng):
    """When all are down, the answer is None for every address and any number of servers."""
    for count in (1, 2, 4):
        servers = drawn(rng, count, most=5, down=count)
        got = submission.call("answers", [four(rng), six(rng), "::1"], servers)
        assert same(got, [None] * 3), f"all {count} are down, and the answers were {got}"
