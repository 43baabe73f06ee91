"""For processes that a lab started: tell it what happened. Alone, it prints."""

import json
import os
import socket
import sys

JSON = object


def report(kind: str, **fields: JSON) -> None:
    """Send one event to the lab; a full or closed lab loses it rather than stop the sender.

    Args:
        kind: node, edge, traffic, request, note or log.
        **fields: What that kind carries; sandboxes/README.md lists them.
    """
    address = os.environ.get("LAB_REPORT")
    line = json.dumps({"kind": kind, **fields}, default=str)
    if address is None:
        print(line, file=sys.stderr)
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            sender.sendto(line.encode(), address)
        except OSError:
            return
