"""A test that needs an engine says so where there is none, and fails where one was promised."""

import os
import subprocess
import sys

import pytest

from tests.house.source import ROOT

NEEDS_ENGINE = """
import pytest
@pytest.mark.docker
def test_with_the_engine():
    pass
"""


def outcome(place, **variables: str) -> str:
    """Run one `docker` test where no engine can answer, and return what pytest said."""
    (place / "test_engine.py").write_text(NEEDS_ENGINE)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "tests.conftest", "-W", "ignore", place],
        cwd=place,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DOCKER_HOST": f"unix://{place}/no.sock",
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.stdout


def test_without_an_engine_the_test_is_skipped_with_the_reason(tmp_path):
    said = outcome(tmp_path)
    assert "1 skipped" in said
    assert "no Docker engine" in said


def test_where_the_engine_is_required_the_test_fails(tmp_path):
    said = outcome(tmp_path, COURSE_REQUIRE_ENGINE="1")
    assert "1 error" in said or "1 failed" in said
    assert "asks for one" in said


@pytest.mark.parametrize("value", [1, 2])
async def test_an_async_test_runs_with_its_parameters(value, tmp_path):
    assert value in {1, 2}
    assert tmp_path.is_dir()
