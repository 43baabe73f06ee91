"""The drivers' own CRUD tables, where they are at hand."""

import json
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from tests.unit.mongo.oracle_player import Mismatch, play
from tests.unit.mongo.servers import Server

ORACLE = Path(__file__).parents[4] / "shared" / "oracles" / "mongo.json"
REACHED = 132


@pytest.mark.skipif(not ORACLE.exists(), reason="the folder with the tables is not here")
def test_the_crud_tables_of_the_drivers_are_passed(server: Server):
    failures: list[str] = []
    cases = json.loads(ORACLE.read_text())["crud_unified"]
    with server.client() as client:
        for case in cases:
            try:
                play(client, case)
            except (Mismatch, PyMongoError) as error:
                failures.append(f"{case['file']}: {case['description']}: {error}")
    assert len(cases) - len(failures) >= REACHED, "\n".join(failures)
