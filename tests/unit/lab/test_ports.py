"""Ports that a lab gives out: free, each once, and not among those of whoever connects."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab import ports
from lab.errors import LabError

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
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", FEW[3]))
        taken.listen()
        yield set(FEW) - {FEW[3]}


def test_none_is_given_twice_and_none_that_is_taken(few):
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: ports.free_port(), few))
    assert sorted(given) == sorted(few)
    with pytest.raises(LabError, match="no loopback port"):
        ports.free_port()


@pytest.mark.skipif(
    not is_usual(), reason="this system gives other ports than usual to those who connect"
)
def test_whoever_connects_cannot_take_one_meanwhile():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getsockname()[1] not in ports.PORTS
