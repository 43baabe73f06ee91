"""Ports that a lab gives out: free, each once, and not among those of whoever connects."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab import ports
from lab.errors import LabError

SANDBOXES = str(Path(ports.__file__).parent.parent)
FEW = range(20_000, 20_012)
GIVEN = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_usual() -> bool:
    """Whether those who connect get ports from 32768 on, as Linux has it, or above (macOS)."""
    return not GIVEN.exists() or int(GIVEN.read_text().split()[0]) >= ports.PORTS.stop


@pytest.fixture
def few(monkeypatch):
    """A lab that has only some, of which one is taken."""
    monkeypatch.setattr(ports, "PORTS", FEW)
    monkeypatch.setattr(ports, "_given", ports.deque(maxlen=ports.MOST_GIVEN))
    reserved = ports.deque(maxlen=ports.MOST_RESERVED)
    monkeypatch.setattr(ports, "_reserved", reserved)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", FEW[3]))
        taken.listen()
        yield set(FEW) - {FEW[3]}
    for reservation in reserved:
        os.close(reservation)


def test_none_is_given_twice_and_none_that_is_taken(few):
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: ports.free_port(), few))
    assert sorted(given) == sorted(few)
    with pytest.raises(LabError, match="no loopback port"):
        ports.free_port()


@pytest.mark.skipif(sys.platform != "linux", reason="no names without a file elsewhere")
def test_labs_beside_each_other_are_not_given_the_same(few):
    script = "from lab import ports; ports.PORTS = range(20_000, 20_012)\nprint(ports.free_port())"
    given = [ports.free_port() for _ in range(len(few) - 1)]
    (left,) = few - set(given)
    told = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": SANDBOXES}, capture_output=True,
        check=True, text=True,
    )  # fmt: skip
    assert int(told.stdout) == left


@pytest.mark.skipif(
    not is_usual(), reason="this system gives other ports than usual to those who connect"
)
def test_whoever_connects_cannot_take_one_meanwhile():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getsockname()[1] not in ports.PORTS
