"""A replica set in good health: roles, lag, write concern, what a member tells."""

import time

import pytest
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import NotPrimaryError, OperationFailure, WTimeoutError
from pymongo.read_preferences import SecondaryPreferred

from lab.control import NoAnswer
from tests.unit.mongo.servers import Server, ask, running_one, running_set, until


@pytest.fixture(scope="module")
def calm_set(tmp_path_factory):
    with running_set(tmp_path_factory.mktemp("calm")) as found:
        yield found


@pytest.fixture
def application(calm_set):
    with calm_set.client() as found:
        yield found


@pytest.fixture
def notes(application, request):
    collection = application["tests"][request.node.name]
    collection.drop()
    return collection


def set_lag(member: Server, seconds: float, **more: float) -> None:
    member.steer("lag", seconds=seconds, **more)


@pytest.fixture
def lagging(calm_set):
    """Both secondaries a second behind."""
    members = calm_set.secondaries()
    for member in members:
        set_lag(member, 1.0)
    yield members
    for member in members:
        set_lag(member, 0.0)


def test_the_driver_finds_one_primary_and_two_secondaries(calm_set, application):
    until(lambda: len(application.secondaries) == 2, "the driver knows two secondaries")
    until(lambda: application.primary is not None, "the driver knows the primary")
    hello = application.admin.command("hello")
    assert hello["setName"] == "rs0"
    assert sorted(hello["hosts"]) == sorted(member.address for member in calm_set.members)
    assert str(hello["electionId"]).startswith("7fffffff")


def test_a_write_by_default_waits_for_a_majority(calm_set, notes, lagging):
    started = time.monotonic()
    notes.insert_one({"_id": 1})
    assert time.monotonic() - started > 0.9
    started = time.monotonic()
    notes.with_options(write_concern=WriteConcern(w=1)).insert_one({"_id": 2})
    assert time.monotonic() - started < 0.5


def test_a_read_from_a_lagging_secondary_is_stale_and_then_is_not(notes, lagging):
    notes.with_options(write_concern=WriteConcern(w=1)).insert_one({"_id": 1})
    behind = notes.with_options(read_preference=ReadPreference.SECONDARY)
    assert behind.find_one({"_id": 1}) is None
    assert notes.find_one({"_id": 1}) == {"_id": 1}
    until(lambda: behind.find_one({"_id": 1}), "the write arrives after the lag", 5)


def test_a_causally_consistent_session_waits_for_its_own_write(application, notes, lagging):
    behind = notes.with_options(read_preference=ReadPreference.SECONDARY)
    quick = notes.with_options(write_concern=WriteConcern(w=1))
    with application.start_session(causal_consistency=True) as session:
        quick.insert_one({"_id": 1}, session=session)
        assert behind.find_one({"_id": 1}, session=session) == {"_id": 1}


def test_too_few_copies_in_time_is_told_and_the_write_stays(notes, lagging):
    impatient = notes.with_options(write_concern=WriteConcern(w=3, wtimeout=100))
    with pytest.raises(WTimeoutError) as late:
        impatient.insert_one({"_id": 1})
    assert late.value.code == 64
    assert notes.find_one({"_id": 1}) == {"_id": 1}


def test_more_copies_than_members_cannot_be_had(notes):
    greedy = notes.with_options(write_concern=WriteConcern(w=4))
    with pytest.raises(OperationFailure) as refused:
        greedy.insert_one({"_id": 1})
    assert refused.value.code == 100


def test_a_slow_secondary_falls_behind_and_catches_up(calm_set, notes):
    slow = calm_set.secondaries()[0]
    set_lag(slow, 0.0, applies_per_second=100)
    notes.with_options(write_concern=WriteConcern(w=1)).insert_many([{"n": n} for n in range(150)])
    with slow.client() as client:
        copy = client["tests"][notes.name]
        assert copy.count_documents({}) < 150
        until(lambda: copy.count_documents({}) == 150, "the rest arrives", 10)
    set_lag(slow, 0.0)


def test_a_secondary_refuses_a_write(calm_set):
    with calm_set.secondaries()[0].client() as client, pytest.raises(NotPrimaryError) as refused:
        client["tests"]["refused"].insert_one({})
    assert refused.value.details["code"] == 10107
    assert refused.value.details["codeName"] == "NotWritablePrimary"


def test_a_secondary_reads_only_for_those_who_accept_it(calm_set):
    member = calm_set.secondaries()[0]
    question = {"find": "anything", "$db": "tests"}
    refused = ask(member, question)
    assert (refused["ok"], refused["code"]) == (0, 13435)
    assert ask(member, question | {"$readPreference": {"mode": "secondary"}})["ok"] == 1


def test_reads_go_where_the_preference_says(calm_set, application, notes):
    notes.insert_one({"_id": 1})
    primary = calm_set.primary()

    def queries():
        with primary.client() as client:
            return client.admin.command("serverStatus")["opcounters"]["query"]

    before = queries()
    for preference in (ReadPreference.SECONDARY, SecondaryPreferred()):
        notes.with_options(read_preference=preference).find_one({"_id": 1})
    assert queries() == before
    notes.find_one({"_id": 1})
    assert queries() == before + 1


def test_a_held_hello_answers_when_its_time_is_over(calm_set):
    member = calm_set.primary()
    known = ask(member, {"hello": 1, "$db": "admin"})["topologyVersion"]
    question = {"hello": 1, "topologyVersion": known, "maxAwaitTimeMS": 300, "$db": "admin"}
    started = time.monotonic()
    assert ask(member, question)["isWritablePrimary"] is True
    assert 0.25 < time.monotonic() - started < 2


def test_the_same_write_twice_is_done_once_and_answered_twice(calm_set):
    member = calm_set.primary()
    with member.client() as client:
        session = client.admin.command("startSession")["id"]
    write = {
        "update": "counters",
        "updates": [{"q": {"_id": "hits"}, "u": {"$inc": {"n": 1}}, "upsert": True}],
        "lsid": session,
        "txnNumber": 1,
        "$db": "tests",
    }
    first, second = ask(member, write), ask(member, write)
    assert first["upserted"] == second["upserted"]
    third = ask(member, write | {"txnNumber": 2})
    assert third["nModified"] == 1
    assert ask(member, write)["code"] == 225
    with member.client() as client:
        assert client["tests"]["counters"].find_one({"_id": "hits"})["n"] == 2


def test_the_status_shows_every_member(calm_set, application):
    status = application.admin.command("replSetGetStatus")
    states = sorted(member["stateStr"] for member in status["members"])
    assert states == ["PRIMARY", "SECONDARY", "SECONDARY"]
    assert status["majorityVoteCount"] == 2
    config = application.admin.command("replSetGetConfig")["config"]
    assert [member["host"] for member in config["members"]] == [
        member.address for member in calm_set.members
    ]


def test_a_member_refuses_what_makes_no_sense_for_it(calm_set, server):
    primary = calm_set.primary()
    assert ask(primary, {"replSetInitiate": {}, "$db": "admin"})["code"] == 23
    for fault in ({"do": "cut", "addresses": ["nobody:1"]}, {"do": "lag", "seconds": -1}):
        with pytest.raises(NoAnswer):
            primary.steer(**fault)
    assert ask(server, {"replSetGetStatus": 1, "$db": "admin"})["code"] == 76


def test_no_fault_can_be_set_or_healed_over_the_port(calm_set):
    primary = calm_set.primary()
    for command in ({"standInLag": 0}, {"standInPartition": []}, {"cut": []}, {"lag": 0}):
        assert ask(primary, {**command, "$db": "admin"})["code"] == 59


@pytest.fixture(scope="module")
def locked_set(tmp_path_factory):
    with running_set(tmp_path_factory.mktemp("locked"), key="of the house") as found:
        yield found


def test_a_set_with_a_key_takes_no_orders_from_strangers(locked_set):
    primary = locked_set.primary()
    config = {"_id": "rs0", "version": 9, "members": [{"_id": 0, "host": primary.address}]}
    for command in ({"replSetReconfig": config, "force": True}, {"replSetStepDown": 1},
                    {"replSetFreeze": 5}, {"shutdown": 1}, {"replSetHeartbeat": 1, "term": 99},
                    {"replSetRequestVotes": 1, "term": 99}, {"standInPull": 1}):  # fmt: skip
        for said in (command, {**command, "key": "of the street"}):
            assert ask(primary, {**said, "$db": "admin"})["code"] == 13
    assert locked_set.primary() is primary


def test_a_set_with_a_key_works_as_any_other(locked_set):
    with locked_set.client() as client:
        client.shop.items.insert_one({"_id": 1})
        client.shop.get_collection("items", write_concern=WriteConcern(w=3)).insert_one({"_id": 2})
    primary = locked_set.primary()
    assert primary.steer("run", command={"replSetStepDown": 5})["ok"] == 1
    until(lambda: locked_set.primary() is not primary, "another primary", 20)


def test_a_transaction_is_refused_in_plain_words_and_counted(calm_set, application):
    before = calm_set.primary().steer("counted").get("transaction", 0)
    with (
        pytest.raises(OperationFailure, match="this lab does not know transactions"),
        application.start_session() as session,
        session.start_transaction(),
    ):
        application.shop.items.find_one({}, session=session)
    assert calm_set.primary().steer("counted")["transaction"] > before


def test_a_set_of_one_is_enough_to_begin_with(tmp_path):
    with running_one(tmp_path) as (member, client):
        client.admin.command("replSetInitiate")
        until(lambda: client.admin.command("hello")["isWritablePrimary"], "a primary")
        client["tests"]["x"].insert_one({"_id": 1})
        assert member.log().count("is elected") == 1


def test_a_set_needs_members_that_answer(tmp_path):
    with running_one(tmp_path) as (member, client):
        members = [{"_id": 0, "host": member.address}, {"_id": 1, "host": "127.0.0.1:9"}]
        with pytest.raises(OperationFailure, match=r"127\.0\.0\.1:9") as refused:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        assert refused.value.code == 74
        assert ask(member, {"replSetGetStatus": 1, "$db": "admin"})["code"] == 94
