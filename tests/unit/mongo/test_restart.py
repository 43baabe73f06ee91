"""What a process that was killed still knows when it comes back."""

import pytest
from pymongo.errors import DuplicateKeyError

from tests.unit.mongo.servers import Server, ended, free_ports


@pytest.fixture
def own(tmp_path):
    found = Server(tmp_path / "db", free_ports(1)[0]).wait()
    yield found
    ended(found)


def test_everything_acknowledged_is_there_after_a_kill(own):
    with own.client() as client:
        items = client["shop"]["items"]
        items.create_index("code", unique=True)
        items.insert_many([{"_id": n, "code": n} for n in range(100)])
        items.update_many({"_id": {"$lt": 10}}, {"$inc": {"code": 1000}})
        items.delete_one({"_id": 50})
        client["shop"]["gone"].insert_one({})
        client["shop"]["gone"].drop()
    own.kill()
    own.start()
    with own.client() as client:
        items = client["shop"]["items"]
        assert client["shop"].list_collection_names() == ["items"]
        assert items.count_documents({}) == 99
        assert items.find_one({"_id": 3})["code"] == 1003
        with pytest.raises(DuplicateKeyError):
            items.insert_one({"code": 60})


def test_an_entry_that_was_cut_in_half_is_forgotten(own):
    with own.client() as client:
        client["shop"]["items"].insert_many([{"_id": n} for n in range(3)])
    own.kill()
    journal = own.folder / "journal.bson"
    journal.write_bytes(journal.read_bytes()[:-5])
    own.start()
    with own.client() as client:
        items = client["shop"]["items"]
        assert sorted(one["_id"] for one in items.find()) == [0, 1]
        items.insert_one({"_id": 7})
    own.kill()
    own.start()
    with own.client() as client:
        assert client["shop"]["items"].count_documents({}) == 3


def test_a_shutdown_ends_the_process_in_peace(own):
    with own.client() as client:
        client.admin.command("shutdown")
    own.end()
    assert own.process.returncode == 0
    assert "Traceback" not in own.log()
