"""What every test can count on: async tests, and an honest answer about the Docker engine."""

import asyncio
import functools
import inspect
import os
import shutil
import subprocess

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test to its end, in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip `docker` tests where no engine answers, or fail them where one must be there."""
    if item.get_closest_marker("docker") is None or engine_answers():
        return
    if os.environ.get("COURSE_REQUIRE_ENGINE") == "1":
        pytest.fail("no Docker engine, and COURSE_REQUIRE_ENGINE=1 asks for one", pytrace=False)
    pytest.skip("no Docker engine")


@functools.cache
def engine_answers() -> bool:
    """Ask the engine once per run, by the client that most machines have."""
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False)
    return asked.returncode == 0
