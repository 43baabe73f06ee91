"""Commands around the data: who this is, what it counted, what it does not know."""

import pytest
from pymongo.errors import CollectionInvalid, OperationFailure


def test_the_stand_in_says_what_it_is(client):
    info = client.server_info()
    assert info["versionArray"][0] == 8
    assert "stand-in" in info["standIn"]


def test_an_unknown_command_is_refused(client):
    with pytest.raises(OperationFailure) as refused:
        client.admin.command("shardCollection", "a.b")
    assert refused.value.code == 59


def test_a_command_that_lacks_a_field_says_which(client):
    with pytest.raises(OperationFailure, match=r"insert\.documents") as refused:
        client["tests"].command("insert", "x")
    assert refused.value.code == 40414


def test_opcounters_tell_which_operations_came(client, items):
    def counted():
        counters = client.admin.command("serverStatus")["opcounters"]
        return {name: counters[name] for name in ("insert", "query", "update", "delete")}

    before = counted()
    items.insert_many([{"_id": 1}, {"_id": 2}])
    items.find_one({"_id": 1})
    items.update_one({"_id": 1}, {"$set": {"a": 1}})
    items.delete_many({})
    after = counted()
    assert {name: after[name] - before[name] for name in after} == {
        "insert": 2,
        "query": 1,
        "update": 1,
        "delete": 1,
    }


def test_collections_and_databases_are_listed_and_dropped(client):
    base = client["catalogue"]
    base.create_collection("empty")
    base["full"].insert_one({})
    assert sorted(base.list_collection_names()) == ["empty", "full"]
    assert "catalogue" in client.list_database_names()
    with pytest.raises(CollectionInvalid):
        base.create_collection("empty")
    base["full"].rename("moved")
    assert base["moved"].count_documents({}) == 1
    assert base.command("collStats", "moved")["count"] == 1
    base.drop_collection("moved")
    client.drop_database("catalogue")
    assert "catalogue" not in client.list_database_names()


def test_a_collection_that_would_not_keep_its_promise_is_refused(client):
    with pytest.raises(OperationFailure) as refused:
        client["tests"].create_collection("limited", capped=True, size=100)
    assert refused.value.code == 238


def test_a_transaction_is_refused(client, items):
    with client.start_session() as session:
        session.start_transaction()
        with pytest.raises(OperationFailure) as refused:
            items.insert_one({"_id": 1}, session=session)
    assert refused.value.code == 20
    assert items.count_documents({}) == 0


def test_the_small_talk_of_tools_is_answered(client):
    parameter = client.admin.command("getParameter", featureCompatibilityVersion=1)
    assert parameter["featureCompatibilityVersion"] == {"version": "8.0"}
    assert client.admin.command("connectionStatus")["authInfo"]["authenticatedUsers"] == []
    with client.start_session() as session:
        assert client.admin.command("ping", session=session)["ok"] == 1
