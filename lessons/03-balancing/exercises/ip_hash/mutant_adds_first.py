"""The server of a client's address, as in nginx."""

from bisect import bisect
from ipaddress import ip_address
from itertools import accumulate


def ip_hash(address, servers):
    """The name of the server for this address; None when all are down."""
    if all(server["down"] for server in servers):
        return None
    packed = ip_address(address).packed
    counted = packed[:3] if len(packed) == 4 else packed
    total = sum(server["weight"] for server in servers)
    value = 89
    while True:
        for byte in counted:
            value = (value + byte) * 113 % 6271
        chosen = at(value % total, servers)
        if not chosen["down"]:
            return chosen["name"]


def at(rest, servers):
    """The server that covers a number, each being as wide as its weight."""
    ends = list(accumulate(server["weight"] for server in servers))
    return servers[bisect(ends, rest)]
