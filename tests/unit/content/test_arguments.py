import pytest

from course.content.arguments import split_pairs, split_words, typed
from course.errors import UsageError
from course.model.lesson import Parameter, Trigger

TRIGGER = Trigger(
    "load", "Load", "l", "",
    (Parameter("rate", 1), Parameter("share", 0.5), Parameter("hard", False),
     Parameter("name", "x"), Parameter("ids", [1]), Parameter("any", None)),
)  # fmt: skip


def test_values_take_the_types_of_the_defaults():
    given = {"rate": "7", "share": "2", "hard": "Yes", "name": "7", "ids": "[1, 2]", "any": "null"}
    assert typed(TRIGGER, given) == {
        "rate": 7, "share": 2.0, "hard": True, "name": "7", "ids": [1, 2], "any": None
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [("rate", "1.5"), ("share", "nan"), ("share", "inf"), ("hard", "2"), ("ids", "[")],
)
def test_a_value_of_another_type_is_a_usage_error(name, value):
    with pytest.raises(UsageError, match=f"'load:{name}' wants"):
        typed(TRIGGER, {name: value})


def test_an_unknown_parameter_names_the_nearest():
    with pytest.raises(UsageError) as raised:
        typed(TRIGGER, {"rat": "1"})
    assert raised.value.hint == "Did you mean 'rate'?"


def test_pairs_are_split_once_at_the_first_equals_sign():
    assert split_pairs("a=1, b=x=y", ",") == {"a": "1", "b": "x=y"}
    assert split_pairs("", ",") == {}


@pytest.mark.parametrize("text", ["a", "=1", "a=1,a=2"])
def test_what_is_no_pair_is_a_usage_error(text):
    with pytest.raises(UsageError):
        split_pairs(text, ",")


def test_in_a_text_quotes_hold_a_value_together():
    assert split_words('who="one network" rate=2 mode=\'x\'') == {
        "who": "one network", "rate": "2", "mode": "x",
    }  # fmt: skip
    with pytest.raises(UsageError, match="quotation mark"):
        split_words('who="one')
