"""Indexes: uniqueness, lookups without a scan, and what explain says of them."""

import pytest
from pymongo.errors import DuplicateKeyError, OperationFailure


def stage(cursor):
    plan = cursor.explain()["queryPlanner"]["winningPlan"]
    return plan.get("inputStage", plan)["stage"]


def test_a_unique_index_refuses_the_second_and_names_the_key(items):
    items.create_index("email", unique=True)
    items.insert_one({"email": "a@x"})
    with pytest.raises(DuplicateKeyError) as refused:
        items.insert_one({"email": "a@x"})
    assert refused.value.details["keyPattern"] == {"email": 1}
    assert refused.value.details["keyValue"] == {"email": "a@x"}
    with pytest.raises(DuplicateKeyError):
        items.update_one({"email": "b@x"}, {"$set": {"email": "a@x"}}, upsert=True)
    items.delete_one({"email": "a@x"})
    items.insert_one({"email": "a@x"})


def test_a_compound_unique_index_looks_at_all_its_fields(items):
    items.create_index([("shop", 1), ("number", 1)], unique=True)
    items.insert_many(
        [{"shop": 1, "number": 1}, {"shop": 1, "number": 2}, {"shop": 2, "number": 1}]
    )
    with pytest.raises(DuplicateKeyError):
        items.insert_one({"shop": 1, "number": 2})


def test_a_sparse_unique_index_lets_many_have_nothing(items):
    items.create_index("nick", unique=True, sparse=True)
    items.insert_many([{}, {}, {"nick": "x"}])
    with pytest.raises(DuplicateKeyError):
        items.insert_one({"nick": "x"})


def test_an_index_over_doubles_cannot_be_unique(items):
    items.insert_many([{"a": 1}, {"a": 1}])
    with pytest.raises(DuplicateKeyError):
        items.create_index("a", unique=True)
    assert list(items.index_information()) == ["_id_"]


def test_explain_tells_an_index_from_a_scan(items):
    items.insert_many([{"_id": n, "email": f"{n}@x", "age": n} for n in range(20)])
    items.create_index("email")
    assert stage(items.find({"_id": 3})) == "IXSCAN"
    assert stage(items.find({"email": "3@x"})) == "IXSCAN"
    assert stage(items.find({"age": 3})) == "COLLSCAN"
    examined = items.find({"age": 3}).explain()["executionStats"]["totalDocsExamined"]
    assert examined == 20
    assert items.find({"email": "3@x"}).explain()["executionStats"]["totalDocsExamined"] == 1


def test_a_lookup_by_an_array_element_and_by_null_finds_what_a_scan_finds(items):
    items.insert_many([{"_id": 1, "t": ["a", "b"]}, {"_id": 2, "t": "a"}, {"_id": 3}])
    queries = [{"t": "a"}, {"t": "b"}, {"t": None}, {"t": {"$in": ["b", None]}}]
    scanned = [sorted(found["_id"] for found in items.find(query)) for query in queries]
    items.create_index("t")
    looked_up = [sorted(found["_id"] for found in items.find(query)) for query in queries]
    assert looked_up == scanned == [[1, 2], [1], [3], [1, 3]]


def test_indexes_are_listed_and_dropped(items):
    name = items.create_index([("a", 1), ("b", -1)])
    assert items.index_information()[name]["key"] == [("a", 1), ("b", -1)]
    items.drop_index(name)
    assert list(items.index_information()) == ["_id_"]
    with pytest.raises(OperationFailure) as refused:
        items.drop_index(name)
    assert refused.value.code == 27


def test_a_hint_must_name_an_index(items):
    items.insert_one({"a": 1})
    assert items.find_one({"a": 1}, hint="_id_")
    with pytest.raises(OperationFailure) as refused:
        items.find_one({"a": 1}, hint="nobody")
    assert refused.value.code == 2


def test_an_index_that_would_not_do_its_work_is_refused(items):
    with pytest.raises(OperationFailure) as refused:
        items.create_index("seen", expireAfterSeconds=10)
    assert refused.value.code == 238
    with pytest.raises(OperationFailure) as refused:
        items.create_index([("text", "text")])
    assert refused.value.code == 67
