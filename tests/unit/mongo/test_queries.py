"""Filters, sorting, projection and pipelines."""

import pytest
from pymongo.collation import Collation
from pymongo.errors import OperationFailure

PEOPLE = [
    {"_id": 1, "name": "Ada", "age": 36, "tags": ["math", "code"], "home": {"city": "London"}},
    {"_id": 2, "name": "bob", "age": 25, "tags": [], "home": {"city": "Oslo"}},
    {"_id": 3, "name": "Cleo", "tags": ["code"], "home": {"city": "Oslo"}},
    {"_id": 4, "name": "Dan", "age": None},
]


@pytest.fixture
def people(items):
    items.insert_many(PEOPLE)
    return items


def ids(cursor):
    return [document["_id"] for document in cursor]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"age": {"$gt": 25}}, [1]),
        ({"age": None}, [3, 4]),
        ({"age": {"$exists": True}}, [1, 2, 4]),
        ({"age": {"$type": "null"}}, [4]),
        ({"tags": "code"}, [1, 3]),
        ({"tags": {"$size": 0}}, [2]),
        ({"home.city": {"$in": ["Oslo"]}}, [2, 3]),
        ({"name": {"$regex": "^[A-C]"}}, [1, 3]),
        ({"$or": [{"_id": 1}, {"name": "Dan"}]}, [1, 4]),
        ({"$and": [{"_id": {"$in": [1, 2]}}, {"age": 25}]}, [2]),
        ({"$expr": {"$gt": ["$age", 30]}}, [1]),
        ({"_id": {"$gte": 2, "$lt": 4}}, [2, 3]),
        ({"tags": {"$not": {"$size": 1}}, "_id": {"$ne": 4}}, [1, 2]),
    ],
)
def test_filters(people, query, expected):
    assert ids(people.find(query).sort("_id")) == expected


def test_missing_and_null_come_first_in_order(people):
    assert ids(people.find().sort([("age", 1), ("_id", -1)])) == [4, 3, 2, 1]


def test_collation_looks_past_case(people):
    loose = Collation("en", strength=2)
    assert ids(people.find({"name": "ADA"}, collation=loose)) == [1]
    assert ids(people.find().collation(loose).sort("name")) == [1, 2, 3, 4]
    assert ids(people.find().sort("name")) == [1, 3, 4, 2]


@pytest.mark.parametrize(
    ("projection", "expected"),
    [
        ({"name": 1}, {"_id": 1, "name": "Ada"}),
        ({"home.city": 1, "_id": 0}, {"home": {"city": "London"}}),
        ({"tags": 0, "home": 0, "_id": 0}, {"name": "Ada", "age": 36}),
        ({"tags": {"$slice": 1}, "name": 1, "_id": 0}, {"tags": ["math"], "name": "Ada"}),
        ({"_id": 0, "next": {"$add": ["$age", 1]}}, {"next": 37}),
    ],
)
def test_projections(people, projection, expected):
    assert people.find_one({"_id": 1}, projection) == expected


def test_a_result_is_fetched_in_batches(items):
    items.insert_many([{"_id": number} for number in range(250)])
    assert ids(items.find().batch_size(40)) == list(range(250))
    assert ids(items.find().skip(10).limit(3)) == [10, 11, 12]
    status = items.database.command("serverStatus")
    assert status["metrics"]["cursor"]["open"]["total"] == 0


def test_a_cursor_that_was_closed_is_gone(items):
    items.insert_many([{"_id": number} for number in range(250)])
    cursor = items.find().batch_size(10)
    next(cursor)
    identity = cursor.cursor_id
    cursor.close()
    with pytest.raises(OperationFailure) as refused:
        items.database.command("getMore", identity, collection=items.name)
    assert refused.value.code == 43


def test_distinct_spreads_arrays_and_knows_no_doubles(people):
    assert people.distinct("tags") == ["code", "math"]
    assert people.distinct("home.city") == ["London", "Oslo"]


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (
            [
                {"$unwind": "$tags"},
                {"$group": {"_id": "$tags", "n": {"$sum": 1}, "who": {"$push": "$name"}}},
                {"$sort": {"n": -1}},
            ],
            [
                {"_id": "code", "n": 2, "who": ["Ada", "Cleo"]},
                {"_id": "math", "n": 1, "who": ["Ada"]},
            ],
        ),
        ([{"$group": {"_id": None, "mean": {"$avg": "$age"}}}], [{"_id": None, "mean": 30.5}]),
        ([{"$sortByCount": "$home.city"}, {"$limit": 1}], [{"_id": "Oslo", "count": 2}]),
        ([{"$match": {"age": 25}}, {"$count": "n"}], [{"n": 1}]),
        (
            [
                {"$match": {"_id": 1}},
                {"$set": {"home.zip": "E1", "kind": {"$cond": [{"$gt": ["$age", 30]}, "o", "y"]}}},
                {"$project": {"_id": 0, "home": 1, "kind": 1}},
            ],
            [{"home": {"city": "London", "zip": "E1"}, "kind": "o"}],
        ),
        (
            [
                {"$match": {"_id": 1}},
                {"$project": {"_id": 0, "no": {"$not": [{"$in": [1, [1]]}]}, "yes": {"$not": [0]}}},
            ],
            [{"no": False, "yes": True}],
        ),
        (
            [{"$match": {"_id": 2}}, {"$replaceWith": {"$mergeObjects": ["$home", {"x": 1}]}}],
            [{"city": "Oslo", "x": 1}],
        ),
        (
            [{"$facet": {"a": [{"$count": "n"}], "b": [{"$match": {"_id": 0}}]}}],
            [{"a": [{"n": 4}], "b": []}],
        ),
    ],
)
def test_pipelines(people, pipeline, expected):
    assert list(people.aggregate(pipeline)) == expected


def test_lookup_joins_with_variables(people):
    orders = people.database["orders"]
    orders.drop()
    orders.insert_many([{"_id": 1, "who": 1, "sum": 5}, {"_id": 2, "who": 1, "sum": 50}])
    inner = [{"$match": {"$expr": {"$gt": ["$sum", "$$least"]}}}, {"$project": {"sum": 1}}]
    [joined] = people.aggregate(
        [
            {"$match": {"_id": 1}},
            {
                "$lookup": {
                    "from": "orders",
                    "localField": "_id",
                    "foreignField": "who",
                    "let": {"least": "$age"},
                    "pipeline": inner,
                    "as": "big",
                }
            },
        ]
    )
    assert joined["big"] == [{"_id": 2, "sum": 50}]
    assert "big" not in people.find_one({"_id": 1})


def test_out_replaces_and_merge_adds(people):
    target = people.database["target"]
    target.drop()
    target.insert_many([{"_id": 1, "kept": True}, {"_id": 9}])
    people.aggregate(
        [
            {"$match": {"_id": {"$lte": 2}}},
            {"$project": {"age": 1}},
            {"$merge": {"into": "target", "whenMatched": "merge"}},
        ]
    )
    assert list(target.find().sort("_id")) == [
        {"_id": 1, "kept": True, "age": 36},
        {"_id": 2, "age": 25},
        {"_id": 9},
    ]
    people.aggregate([{"$match": {"_id": 3}}, {"$project": {"name": 1}}, {"$out": "target"}])
    assert list(target.find()) == [{"_id": 3, "name": "Cleo"}]


@pytest.mark.parametrize(
    ("pipeline", "code"),
    [
        ([{"$nonsense": {}}], 40324),
        ([{"$redact": "$$KEEP"}], 238),
        ([{"$match": {"a": {"$near": [0, 0]}}}], 238),
        ([{"$match": {"a": {"$nonsense": 0}}}], 2),
    ],
)
def test_what_is_not_there_is_refused_and_not_guessed(people, pipeline, code):
    with pytest.raises(OperationFailure) as refused:
        list(people.aggregate(pipeline))
    assert refused.value.code == code


def test_variables_of_a_command_reach_filters_and_pipelines(people):
    query = {"$expr": {"$eq": ["$name", "$$who"]}}
    assert people.find_one(query, let={"who": "Dan"})["_id"] == 4
    assert people.delete_many(query, let={"who": "Dan"}).deleted_count == 1
