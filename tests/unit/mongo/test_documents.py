"""Documents written and read through an unmodified pymongo."""

from datetime import UTC, datetime

import pytest
from bson import Binary, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from pymongo import DeleteMany, InsertOne, ReplaceOne, ReturnDocument, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, WriteError

from tests.unit.mongo.servers import until


def test_every_bson_type_comes_back_as_it_went_in(items):
    document = {
        "_id": ObjectId(),
        "long": Int64(5),
        "decimal": Decimal128("12.50"),
        "date": datetime(2026, 3, 1, 12, 30, 0, 123000, tzinfo=UTC).replace(tzinfo=None),
        "bytes": b"\x00\x01",
        "typed": Binary(b"abc", 128),
        "pattern": Regex("^a", "i"),
        "stamp": Timestamp(7, 3),
        "least": MinKey(),
        "most": MaxKey(),
        "nothing": None,
        "nested": {"list": [1, 2.5, {"deep": True}]},
    }
    items.insert_one(dict(document))
    found = items.find_one()
    assert found == document
    assert [type(value) for value in found.values()] == [type(v) for v in document.values()]


def test_an_id_of_true_is_not_an_id_of_one(items):
    items.insert_many([{"_id": 1}, {"_id": True}, {"_id": "1"}])
    assert items.find_one({"_id": True})["_id"] is True
    assert items.count_documents({}) == 3


def test_a_second_document_with_the_same_id_is_refused_with_its_key(items):
    items.insert_one({"_id": "ada"})
    with pytest.raises(DuplicateKeyError) as refused:
        items.insert_one({"_id": "ada"})
    assert refused.value.details["keyPattern"] == {"_id": 1}
    assert refused.value.details["keyValue"] == {"_id": "ada"}


def test_an_unordered_batch_goes_on_after_an_error_and_an_ordered_one_stops(items):
    batch = [{"_id": 1}, {"_id": 1}, {"_id": 2}]
    with pytest.raises(BulkWriteError) as refused:
        items.insert_many(batch, ordered=True)
    assert refused.value.details["nInserted"] == 1
    with pytest.raises(BulkWriteError) as refused:
        items.insert_many(batch, ordered=False)
    assert [error["index"] for error in refused.value.details["writeErrors"]] == [0, 1]
    assert items.count_documents({}) == 2


def test_a_mixed_batch_counts_what_it_did_and_names_what_it_upserted(items):
    result = items.bulk_write(
        [
            InsertOne({"_id": 1, "seats": 4}),
            UpdateOne({"_id": 1}, {"$inc": {"seats": -1}}),
            UpdateOne({"_id": 7}, {"$set": {"seats": 2}}, upsert=True),
            ReplaceOne({"_id": 1}, {"seats": 9}),
            DeleteMany({"seats": {"$lt": 3}}),
        ]
    )
    counted = (result.inserted_count, result.matched_count, result.deleted_count)
    assert counted == (1, 2, 1)
    assert result.upserted_ids == {2: 7}
    assert list(items.find()) == [{"_id": 1, "seats": 9}]


def test_an_upsert_starts_from_the_equalities_of_the_filter(items):
    items.update_one(
        {"city": "Oslo", "born": {"$gt": 1990}, "a.b": 1},
        {"$setOnInsert": {"new": True}, "$inc": {"visits": 1}},
        upsert=True,
    )
    found = items.find_one({}, {"_id": 0})
    assert found == {"city": "Oslo", "a": {"b": 1}, "new": True, "visits": 1}


def test_an_unacknowledged_write_is_done_all_the_same(items):
    quiet = items.with_options(write_concern=WriteConcern(w=0))
    quiet.insert_one({"_id": 1})
    until(lambda: items.find_one({"_id": 1}), "the write is there")


def test_find_and_modify_shows_before_and_after(items):
    items.insert_many([{"_id": 1, "n": 1}, {"_id": 2, "n": 2}])
    before = items.find_one_and_update({}, {"$inc": {"n": 10}}, sort=[("n", -1)])
    after = items.find_one_and_update(
        {"_id": 2}, {"$inc": {"n": 10}}, {"n": 1, "_id": 0}, return_document=ReturnDocument.AFTER
    )
    assert (before, after) == ({"_id": 2, "n": 2}, {"n": 22})
    assert items.find_one_and_delete({"n": 22}) == {"_id": 2, "n": 22}
    assert items.find_one_and_replace({"_id": 5}, {"n": 0}, upsert=True) is None
    assert items.find_one({"_id": 5}) == {"_id": 5, "n": 0}


def test_the_id_of_a_document_never_changes(items):
    items.insert_one({"_id": 1})
    with pytest.raises(WriteError) as refused:
        items.update_one({"_id": 1}, {"$set": {"_id": 2}})
    assert refused.value.code == 66


@pytest.mark.parametrize(
    ("identity", "code"), [([1, 2], 53), (Regex("a"), 53), ({"$oid": "x"}, 52)]
)
def test_some_values_cannot_be_an_id(items, identity, code):
    with pytest.raises(OperationFailure) as refused:
        items.insert_one({"_id": identity})
    assert refused.value.code == code


def test_an_update_that_changes_nothing_is_matched_but_not_modified(items):
    items.insert_one({"_id": 1, "n": 5})
    result = items.update_one({"_id": 1}, {"$set": {"n": 5}})
    assert (result.matched_count, result.modified_count) == (1, 0)


def test_what_bson_cannot_hold_is_refused_and_leaves_nothing_behind(items):
    square = [{"$set": {"n": {"$multiply": ["$n", "$n"]}}}]
    items.insert_one({"_id": 1, "n": Int64(2**62)})
    with pytest.raises(OperationFailure):
        items.update_one({"_id": 1}, square)
    with pytest.raises(OperationFailure):
        items.update_one({"_id": 2, "n": Int64(2**62)}, square, upsert=True)
    with pytest.raises(OperationFailure):
        list(items.aggregate([{"$project": {"m": {"$multiply": ["$n", "$n"]}}}]))
    assert list(items.find()) == [{"_id": 1, "n": 2**62}]
