"""What every test can count on: async tests, and an honest answer about the Docker engine."""

import asyncio
import functools
import inspect
import os

import docker
import pytest
import requests
from docker.errors import DockerException

from tests.faults import Faults, faults_of


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test to its end, in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the fixture `fault` is found by `-m fault`."""
    for item in items:
        if "fault" in getattr(item, "fixturenames", ()):
            item.add_marker("fault")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip `docker` tests where no engine answers, or fail them where one must be there."""
    if item.get_closest_marker("docker") is None or engine_answers():
        return
    if os.environ.get("COURSE_REQUIRE_ENGINE") == "1":
        pytest.fail("no Docker engine, and COURSE_REQUIRE_ENGINE=1 asks for one", pytrace=False)
    pytest.skip("no Docker engine")


@functools.cache
def engine_answers() -> bool:
    """Ask the engine once per run."""
    try:
        client = docker.from_env(timeout=5)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except (DockerException, requests.RequestException):
        return False
    finally:
        client.close()


@pytest.fixture
def fault(request: pytest.FixtureRequest) -> Faults:
    """Call it when harm was done and looked at: one row of docs/faults.md."""
    return faults_of(request.node.nodeid)
