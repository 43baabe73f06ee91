"""What a lab can do to a replica set, with and without the stand-in's own commands."""

import pytest
from pymongo import ReadPreference

pytestmark = pytest.mark.slow


def newest(member):
    """The newest item that a member shows."""
    with member.client() as client:
        items = client.shop.get_collection("items", read_preference=ReadPreference.NEAREST)
        return max((one["_id"] for one in items.find()), default=0)


@pytest.mark.parametrize("is_stand_in", [True, False])
def test_a_lag_comes_and_goes_and_all_catch_up(stage, is_stand_in):
    replicas = stage.lab.replica_set()
    late, prompt = replicas.secondaries
    late.stand_in = late.stand_in and is_stand_in  # else as on a real mongod
    replicas.set_lag(late, 60)
    with replicas.client() as client:
        client.shop.items.insert_one({"_id": 1})  # a majority has it: the other two
    stage.lab.until(lambda: newest(prompt) == 1, 5, "the write on the prompt one")
    assert newest(late) == 0
    replicas.set_lag(late, 0)
    stage.lab.until(lambda: newest(late) == 1, 5, "the write on the late one")


def test_a_dead_primary_is_replaced_within_seconds(stage):
    replicas = stage.lab.replica_set()
    with replicas.primary.client() as client:
        settings = client.admin.command("replSetGetConfig")["config"]["settings"]
    assert settings["electionTimeoutMillis"] == 2000
    first = replicas.primary
    first.kill()
    assert replicas.primary is not first
