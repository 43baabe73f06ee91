"""The server of a client's address: folded, and laid out slot by slot."""

from functools import reduce
from ipaddress import IPv4Address, ip_address


def ip_hash(address, servers):
    client = ip_address(address)
    counted = client.packed[:-1] if isinstance(client, IPv4Address) else client.packed
    slots = [server for server in servers for _ in range(server["weight"])]
    if not any(not server["down"] for server in servers):
        return None

    def once_more(number):
        return reduce(lambda so_far, byte: (113 * so_far + byte) % 6271, counted, number)

    number = once_more(89)
    while slots[number % len(slots)]["down"]:
        number = once_more(number)
    return slots[number % len(slots)]["name"]
