"""Stand-ins for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.unit.mongo.servers import Client, ReplicaSet, Server, ended, free_ports, running_set


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("mongo"), free_ports(1)[0]).wait()
    yield found
    ended(found)


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with server.client() as found:
        yield found


@pytest.fixture
def items(client: Client, request: pytest.FixtureRequest):
    """An empty collection of this test's own."""
    collection = client["tests"][request.node.name]
    collection.drop()
    return collection


@pytest.fixture
def replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    with running_set(tmp_path_factory.mktemp("set")) as found:
        yield found
