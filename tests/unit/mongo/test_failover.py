"""A replica set in trouble: a dead, a frozen, a cut-off and a returning primary."""

import threading
import time

import pytest
from pymongo import WriteConcern
from pymongo.errors import NotPrimaryError, PyMongoError

from tests.unit.mongo.servers import ReplicaSet, Server, until

pytestmark = pytest.mark.slow


def partition(member: Server, others: list[Server]) -> None:
    member.steer("cut", addresses=[other.address for other in others])


def others_of(found: ReplicaSet, member: Server) -> list[Server]:
    return [other for other in found.members if other is not member]


def election_of(member: Server) -> str:
    with member.client() as client:
        return str(client.admin.command("hello")["electionId"])


def test_a_killed_primary_is_replaced_and_the_application_sees_no_error(replica_set):
    with replica_set.client() as client:
        items = client["shop"]["items"]
        items.insert_one({"_id": 0})
        primary = replica_set.primary()
        election = election_of(primary)
        primary.kill()
        started = time.monotonic()
        items.insert_one({"_id": 1})
        assert time.monotonic() - started < 6
        assert election_of(replica_set.primary()) > election
        assert items.count_documents({}) == 2


def test_writes_of_a_majority_survive_the_primary_and_others_need_not(replica_set):
    primary = replica_set.primary()
    others = others_of(replica_set, primary)
    with replica_set.client() as client:
        items = client["shop"]["items"]
        items.insert_many([{"_id": n, "kept": True} for n in range(20)])
        for member in others:
            member.steer("lag", seconds=30)
        quick = items.with_options(write_concern=WriteConcern(w=1))
        quick.insert_many([{"_id": n} for n in range(100, 110)])
        primary.kill()
        until(lambda: replica_set.primary() is not primary, "a new primary")
        assert items.count_documents({"kept": True}) == 20
        assert items.count_documents({}) == 20
        items.with_options(write_concern=WriteConcern(w=1)).insert_one({"_id": 500})
    primary.start()
    until(lambda: "10 writes that no majority had" in primary.log(), "the rollback is told", 20)
    with primary.client() as client:
        copy = client["shop"]["items"]
        until(lambda: copy.find_one({"_id": 500}), "the returned member follows")
        assert copy.find_one({"_id": 100}) is None
        assert client.admin.command("serverStatus")["repl"]["rolledBack"] == 10


def test_a_primary_without_a_majority_steps_down_and_the_rest_goes_on(replica_set):
    old = replica_set.primary()
    others = others_of(replica_set, old)
    partition(old, others)
    with old.client() as client:
        quick = client["shop"].get_collection("items", write_concern=WriteConcern(w=1))
        quick.insert_one({"_id": "lost"})
    until(lambda: replica_set.state(old) == 2, "the cut-off primary steps down")
    until(lambda: any(replica_set.state(one) == 1 for one in others), "a new primary")
    with old.client() as client, pytest.raises(NotPrimaryError):
        client["shop"]["items"].insert_one({})
    with replica_set.client() as client:
        client["shop"]["items"].insert_one({"_id": "kept"})
    partition(old, [])
    with old.client() as client:
        copy = client["shop"]["items"]
        until(lambda: copy.find_one({"_id": "kept"}), "the healed member catches up", 20)
        until(lambda: copy.find_one({"_id": "lost"}) is None, "its own write is rolled back")


def test_one_of_three_alone_never_becomes_primary(replica_set):
    alone, *others = [*replica_set.secondaries(), replica_set.primary()]
    for member in others:
        member.kill()
    log_before = len(alone.log())
    until(lambda: "the primary is None" in alone.log()[log_before:], "the silence is noticed")
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        assert replica_set.state(alone) == 2
    others[0].start()
    until(replica_set.primary, "two of three are enough", 20)


def test_the_member_with_the_most_writes_wins(replica_set):
    primary = replica_set.primary()
    ahead, behind = others_of(replica_set, primary)
    behind.steer("lag", seconds=60)
    with replica_set.client() as client:
        items = client["shop"].get_collection("items", write_concern=WriteConcern(w=2))
        items.insert_many([{"_id": n} for n in range(5)])
    primary.kill()
    until(lambda: replica_set.state(ahead) == 1, "the one that is ahead is elected", 20)
    assert replica_set.state(behind) == 2


def test_a_frozen_primary_finds_itself_deposed(replica_set):
    frozen = replica_set.primary()
    frozen.pause()
    others = others_of(replica_set, frozen)
    until(lambda: any(replica_set.state(one) == 1 for one in others), "a new primary", 20)
    frozen.resume()
    until(lambda: replica_set.state(frozen) == 2, "the frozen one gives way")
    assert sum(replica_set.state(member) == 1 for member in replica_set.members) == 1


def test_a_step_down_hands_over(replica_set):
    old = replica_set.primary()
    with replica_set.client() as client:
        client["shop"]["items"].insert_one({"_id": 0})
        started = time.monotonic()
        client.admin.command("replSetStepDown", 30)
        client["shop"]["items"].insert_one({"_id": 1})
        assert time.monotonic() - started < 5
    assert replica_set.primary() is not old


def test_retried_increments_during_a_failover_count_once(replica_set):
    done: list[int] = []
    failed: list[PyMongoError] = []
    enough = threading.Event()

    def count_up() -> None:
        with replica_set.client() as client:
            counters = client["shop"]["counters"]
            while not enough.is_set():
                try:
                    counters.update_one({"_id": 1}, {"$inc": {"n": 1}}, upsert=True)
                except PyMongoError as error:
                    failed.append(error)
                else:
                    done.append(1)

    worker = threading.Thread(target=count_up)
    worker.start()
    until(lambda: len(done) > 50, "the load is on")
    replica_set.primary().kill()
    at_kill = len(done)
    until(lambda: len(done) > at_kill + 50 or failed, "the load goes on", 20)
    enough.set()
    worker.join()
    with replica_set.client() as client:
        assert failed == []
        assert client["shop"]["counters"].find_one({"_id": 1})["n"] == len(done)


def test_a_whole_set_that_was_killed_comes_back_with_its_data(replica_set):
    with replica_set.client() as client:
        client["shop"]["items"].insert_many([{"_id": n} for n in range(50)])
    term = election_of(replica_set.primary())
    for member in replica_set.members:
        member.kill()
    for member in replica_set.members:
        member.start()
    assert election_of(replica_set.primary()) > term
    with replica_set.client() as client:
        assert client["shop"]["items"].count_documents({}) == 50
