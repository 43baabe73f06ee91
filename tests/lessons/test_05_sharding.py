"""Lesson 05: what moves, what is even, who is asked; and public vectors of other people's rings."""

import hashlib
import json
import math
import re
from collections import Counter
from statistics import mean, pstdev

import pytest

from tests.lessons import running_shards as running
from tests.lessons.lesson_code import modules

placement, router = modules(running.LESSON, "placement", "router")
USERS = range(1_200)
TABLE = json.loads(running.ORACLE.read_text()) if running.ORACLE.is_file() else None
needs_table = pytest.mark.skipif(
    TABLE is None, reason="the oracle tables are not beside the checkout"
)


def share(way, before, after, keys):
    """Which part of the keys moves, and where to."""
    moved = placement.moves(keys, way(before), way(after))
    return sum(moved.values()) / len(keys), {target for _, target in moved}


@pytest.fixture
def another_ring(monkeypatch):
    """Other points on the circle: the same rule with another salt in the hash."""
    hash_of = placement.hash_of

    def use(salt):
        monkeypatch.setattr(placement, "hash_of", lambda text: hash_of(f"{salt} {text}"))

    return use


# -- the numbers of the text


def test_from_three_to_four_shards_modulo_moves_three_quarters():
    moved, targets = share(placement.modulo, 3, 4, USERS)
    assert moved == 0.75
    assert targets == {0, 1, 2, 3}, "most of them between shards that were there before"


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 12])
def test_modulo_leaves_one_of_n_plus_one_in_place(shards):
    keys = range(shards * (shards + 1) * 5)
    assert share(placement.modulo, shards, shards + 1, keys)[0] == pytest.approx(
        shards / (shards + 1)
    )


def test_rendezvous_moves_a_quarter_and_only_to_the_new_shard(another_ring):
    shares = []
    for salt in range(20):
        another_ring(salt)
        moved, targets = share(placement.rendezvous, 3, 4, range(5_000))
        assert targets == {3}
        shares.append(moved)
    assert mean(shares) == pytest.approx(0.250, abs=0.0025)
    assert pstdev(shares) < 3 * math.sqrt(0.25 * 0.75 / 5_000)


def test_a_ring_moves_about_a_quarter_and_only_to_the_new_shard(another_ring):
    """25.1 % on one ring of 160 points; on others a little more or less."""
    shares = []
    for salt in range(30):
        another_ring(salt)
        moved, targets = share(placement.ring, 3, 4, range(2_000))
        assert targets == {3}
        shares.append(moved)
    assert mean(shares) == pytest.approx(0.251, abs=0.005)
    assert all(0.19 < moved < 0.31 for moved in shares)


def imbalances(another_ring, points, rings, keys):
    for salt in range(rings):
        another_ring(salt)
        yield placement.imbalance(range(keys), placement.ring(10, points), 10)


def test_one_point_each_is_uneven(another_ring):
    """2.99 times the mean on one ring; the mean over many is the tenth harmonic number, 2.93."""
    found = list(imbalances(another_ring, 1, 100, 1_000))
    assert mean(found) == pytest.approx(2.99, abs=0.15)
    assert all(1.3 < one < 7 for one in found)


def test_160_points_each_are_nearly_even(another_ring):
    """1.09 times the mean on one ring."""
    found = list(imbalances(another_ring, 160, 12, 20_000))
    assert mean(found) == pytest.approx(1.09, abs=0.05)
    assert max(found) < 1.25


def test_the_lessons_own_ring_stays_what_it_is():
    """The points of every router must be the same tomorrow: who changes them moves everybody."""
    place = placement.ring(4)
    counts = Counter(place(key) for key in range(10_000))
    assert [counts[shard] for shard in range(4)] == [2551, 2442, 2574, 2433]
    assert share(placement.ring, 3, 4, range(10_000))[0] == 0.2433
    assert placement.hash_of("shard-0 point-0") == 13661459511820283867


def test_ranges_keep_neighbours_together_and_growing_keys_on_the_last():
    place = placement.ranges(3)
    assert [place(key) for key in (0, 999, 1_000, 1_999, 2_000, 10**9)] == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("way", placement.WAYS)
def test_every_way_says_why_in_the_shards_name(way):
    place = placement.WAYS[way](3)
    for key in (0, 41, 1_500):
        assert f"shard-{place(key) + 1}" in placement.reason(way, key, 3, place(key))


# -- the router, over databases in memory


@pytest.fixture
def databases(monkeypatch):
    found = running.Databases()
    monkeypatch.setattr(router, "MongoClient", found.connect)
    monkeypatch.setattr(router, "report", lambda *_, **__: None)
    return found


@pytest.fixture
def three(databases):
    """A router with the lesson's users on three shards."""
    made = router.Router("modulo", [1, 2, 3])
    made.insert(USERS)
    return made


def test_by_id_one_shard_is_asked_by_email_all(three):
    found = three.find(42)
    assert (found["user"]["name"], [name for name, _ in found["asked"]]) == ("user 42", ["shard-1"])
    found = three.find_by_email("user42@example.org")
    assert found["user"]["_id"] == 42
    assert [name for name, _ in found["asked"]] == ["shard-1", "shard-2", "shard-3"]


def test_a_dead_shard_fails_its_third_and_leaves_every_address_in_doubt(three, databases):
    databases.dead = {2}
    assert sum(bool(three.find(key)["missing"]) for key in range(120)) == 40
    answers = [three.find_by_email(f"user{key}@example.org") for key in range(6)]
    assert all(answer["missing"] == ["shard-2"] for answer in answers)
    assert [answer["user"] is None for answer in answers] == [key % 3 == 1 for key in range(6)]


@pytest.mark.parametrize(("way", "least", "most"), [("modulo", 900, 900), ("ring", 200, 400)])
def test_growing_moves_what_the_placement_says_and_loses_nobody(databases, way, least, most):
    grown = router.Router(way, [1, 2, 3])
    grown.insert(USERS)
    done = grown.use([1, 2, 3, 4], way)
    assert done["total"] == 1_200
    assert least <= done["moved"] <= most
    assert (done["between_old"] == 0) == (way == "ring")
    assert sorted(key for port in (1, 2, 3, 4) for key in databases.ids(port)) == list(USERS)
    assert all(grown.find(key)["user"]["_id"] == key for key in USERS[::97])


def test_a_hot_user_has_one_place_however_many_shards_there_are(three):
    three.use([1, 2, 3, 4], "ring")
    assert len({three.find(7)["asked"][0][0] for _ in range(50)}) == 1


# -- vectors of other systems: our rule with their hash gives their answer


def ketama(servers):
    """libketama's points: each digest of `address-k` gives four."""

    def md5(text):
        return hashlib.md5(text.encode()).digest()  # noqa: S324  it is what they use

    def hash_of(text):
        if match := re.fullmatch(r"shard-(\d+) point-(\d+)", text):
            server, point = map(int, match.groups())
            digest = md5(f"{servers[server][0]}-{point // 4}")
            return int.from_bytes(digest[point % 4 * 4 :][:4], "little")
        return int.from_bytes(md5(text.removeprefix("user-"))[:4], "little")

    return hash_of


def equal_rings():
    tables = TABLE["ketama_libketama"]["tables"] if TABLE else [None]
    return [one for one in tables if one is None or len({share for _, share in one["servers"]}) < 2]


@needs_table
@pytest.mark.parametrize("table", equal_rings())
def test_table_ring(table, monkeypatch):
    servers, hash_of = table["servers"], ketama(table["servers"])
    monkeypatch.setattr(placement, "hash_of", hash_of)
    assert table["points"] == 160 * len(servers)
    place = placement.ring(len(servers))
    for key, hashed, _point, address in table["vectors"]:
        assert hash_of(f"user-{key}") == hashed
        assert servers[place(key)][0] == address, key


@needs_table
def test_table_rendezvous(monkeypatch):
    """Theirs is the same rule over murmur3 of `node-key`; nodes that are gone draw nothing."""
    table = TABLE["rendezvous"]["clandestined"]
    for text, seed, hashed in table["hash_checks"]:
        assert running.murmur3(text.encode(), seed) == hashed

    def find(nodes, key):
        def hash_of(text):
            shard = int(text.rpartition("-")[2])
            return (running.murmur3(f"{nodes[shard]}-{key}".encode()), nodes[shard])

        monkeypatch.setattr(placement, "hash_of", hash_of)
        return nodes[placement.rendezvous(len(nodes))(key)]

    for nodes, key, expected in table["find_node"]:
        assert find(nodes, key) == expected, (nodes, key)


@needs_table
@pytest.mark.parametrize("row", TABLE["movement"]["measured"] if TABLE else [None])
def test_table_movement(row):
    before, after, keys = row["from"], row["to"], range(20_000)
    expected = row["expected"]
    moved, _ = share(placement.modulo, before, after, range(100_000))
    assert moved == pytest.approx(row["measured_modulo_sequential_ids_100k"], abs=1e-5)
    assert moved == pytest.approx(expected["modulo"], abs=2e-4)
    fair = expected["consistent_jump_rendezvous"]
    moved, targets = share(placement.rendezvous, before, after, keys)
    assert moved == pytest.approx(fair, abs=4 * math.sqrt(fair * (1 - fair) / len(keys)))
    assert targets == {after - 1}
    moved, targets = share(placement.ring, before, after, keys)
    total = after * placement.POINTS
    assert moved == pytest.approx(fair, abs=4 * math.sqrt(fair * (1 - fair) / (total + 1)))
    assert targets == {after - 1}


@needs_table
@pytest.mark.parametrize("row", TABLE["movement"]["ring_balance_10_nodes"] if TABLE else [None])
def test_table_balance(row, another_ring):
    """The spread of the nodes' shares, over several rings, is what the mathematics says."""
    spreads = []
    for salt in range(12 if row["vnodes"] > 100 else 24):
        another_ring(salt)
        place = placement.ring(row["nodes"], row["vnodes"])
        counts = Counter(place(key) for key in range(4_000))
        spreads.append(pstdev(counts[node] for node in range(10)) / (4_000 / 10))
    keys = math.sqrt(9 / 4_000)  # so few keys are uneven even where arcs are equal
    expected = math.hypot(row["stdev_over_mean_analytic"], keys)
    assert mean(spreads) == pytest.approx(expected, rel=0.25)
