"""The server of a client's address, as in nginx."""

from ipaddress import ip_address


def ip_hash(address, servers):
    """The name of the server for this address; None when all are down."""
    if all(server["down"] for server in servers):
        return None
    packed = ip_address(address).packed
    counted = packed[:3] if len(packed) == 4 else packed
    total = len(servers)
    value = 89
    while True:
        for byte in counted:
            value = (value * 113 + byte) % 6271
        chosen = servers[value % total]
        if not chosen["down"]:
            return chosen["name"]
