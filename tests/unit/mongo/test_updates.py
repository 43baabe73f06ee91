"""What update operators make of a document, without a server."""

import pytest
from bson import Decimal128, Int64

from mongo.errors import CommandError
from mongo.updates.change import Change


def changed(document, update, *, query=None, array_filters=()):
    return Change(query or {}, update, list(array_filters)).apply(document)


@pytest.mark.parametrize(
    ("document", "update", "expected"),
    [
        ({"a": 1}, {"$set": {"b.c": 2}}, {"a": 1, "b": {"c": 2}}),
        ({"a": [1]}, {"$set": {"a.3": 9}}, {"a": [1, None, None, 9]}),
        ({"a": 1, "b": 2}, {"$unset": {"a": ""}}, {"b": 2}),
        ({"a": 1}, {"$inc": {"a": 2, "b": 5}}, {"a": 3, "b": 5}),
        ({"a": 3}, {"$mul": {"a": 2, "b": 7}}, {"a": 6, "b": 0}),
        ({"a": 3}, {"$min": {"a": 2}, "$max": {"b": 1}}, {"a": 2, "b": 1}),
        ({"a": "x"}, {"$min": {"a": 5}}, {"a": 5}),
        ({"a": {"b": 1}}, {"$rename": {"a.b": "c.d"}}, {"a": {}, "c": {"d": 1}}),
        ({"a": 6}, {"$bit": {"a": {"and": 3}}}, {"a": 2}),
        ({"a": [3, 1]}, {"$push": {"a": 2}}, {"a": [3, 1, 2]}),
        (
            {"a": [5, 1]},
            {"$push": {"a": {"$each": [3], "$sort": -1, "$slice": 2}}},
            {"a": [5, 3]},
        ),
        ({"a": [1]}, {"$push": {"a": {"$each": [8, 9], "$position": 0}}}, {"a": [8, 9, 1]}),
        ({"a": [1]}, {"$addToSet": {"a": {"$each": [1, 2, 2]}}}, {"a": [1, 2]}),
        ({"a": [1, 5, 9]}, {"$pull": {"a": {"$gt": 4}}}, {"a": [1]}),
        ({"a": [{"k": 1}, {"k": 2}]}, {"$pull": {"a": {"k": 2}}}, {"a": [{"k": 1}]}),
        ({"a": [1, 2, 1]}, {"$pullAll": {"a": [1]}}, {"a": [2]}),
        ({"a": [1, 2]}, {"$pop": {"a": -1}}, {"a": [2]}),
        ({"a": [1, 2]}, {"$inc": {"a.$[]": 10}}, {"a": [11, 12]}),
        ({"x": 2}, [{"$set": {"y": {"$add": ["$x", 1]}}}, {"$unset": "x"}], {"y": 3}),
    ],
)
def test_operators(document, update, expected):
    assert changed({"_id": 0} | document, update) == {"_id": 0} | expected


def test_a_document_that_is_stored_is_not_touched():
    stored = {"_id": 1, "deep": {"list": [1]}}
    changed(stored, {"$push": {"deep.list": 2}})
    assert stored == {"_id": 1, "deep": {"list": [1]}}


def test_counting_keeps_the_wider_type():
    after = changed(
        {"_id": 1, "long": Int64(1), "money": Decimal128("1.10")},
        {"$inc": {"long": 1, "money": Decimal128("0.05")}},
    )
    assert isinstance(after["long"], Int64)
    assert after["money"] == Decimal128("1.15")


def test_the_dollar_is_the_element_that_the_filter_found():
    document = {"_id": 1, "seats": [{"row": 1, "free": True}, {"row": 2, "free": True}]}
    after = changed(document, {"$set": {"seats.$.free": False}}, query={"seats.row": 2})
    assert [seat["free"] for seat in after["seats"]] == [True, False]
    after = changed(
        document,
        {"$set": {"seats.$.free": False}},
        query={"seats": {"$elemMatch": {"row": 1, "free": True}}},
    )
    assert [seat["free"] for seat in after["seats"]] == [False, True]


def test_array_filters_choose_elements_on_every_level():
    document = {"_id": 1, "rows": [{"n": 1, "seats": [1, 2]}, {"n": 2, "seats": [1, 2]}]}
    after = changed(
        document,
        {"$set": {"rows.$[row].seats.$[seat]": 0}},
        array_filters=[{"row.n": 2}, {"seat": {"$gte": 2}}],
    )
    assert after["rows"] == [{"n": 1, "seats": [1, 2]}, {"n": 2, "seats": [1, 0]}]


@pytest.mark.parametrize(
    ("update", "array_filters", "code"),
    [
        ({"$set": {"a": 1, "a.b": 2}}, [], 40),
        ({"$inc": {"text": 1}}, [], 14),
        ({"$push": {"text": 1}}, [], 2),
        ({"$set": {"text.b": 1}}, [], 28),
        ({"$grow": {"a": 1}}, [], 9),
        ({"$set": {"list.$[x]": 1}}, [], 2),
        ({"$set": {"list.$[x]": 1}}, [{"x": 1}, {"y": 1}], 9),
        ({"$set": {"list.$": 1}}, [], 2),
        ([{"$match": {}}], [], 72),
    ],
)
def test_updates_that_make_no_sense_are_refused(update, array_filters, code):
    with pytest.raises(CommandError) as refused:
        changed({"_id": 1, "text": "t", "list": [1]}, update, array_filters=array_filters)
    assert refused.value.code == code
