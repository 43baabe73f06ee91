"""The server of a client's address, as in nginx."""


def ip_hash(address, servers):
    """The name of the server for this address; None when all are down."""
    return servers[hash(address) % len(servers)]["name"]
