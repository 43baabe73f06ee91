"""A submission host in a folder of its own, and short ways to use it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.submission import SubmissionHost
from runner.birth import spawn

Submit = Callable[..., SubmissionHost]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[SubmissionHost]:
    folder = tmp_path / "submission"
    folder.mkdir()
    host = SubmissionHost(str(folder), None, spawn())
    yield host
    host.close()


@pytest.fixture
def submit(host: SubmissionHost) -> Submit:
    def submit(source: str, seconds: float = 5.0, memory_mb: int = 256, **more: str):
        files = {"answer.py": source.encode()}
        files |= {f"{name}.py": text.encode() for name, text in more.items()}
        host.submit(files, entry="answer.py", seconds=seconds, memory_mb=memory_mb)
        return host

    return submit
