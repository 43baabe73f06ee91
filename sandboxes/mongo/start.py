"""Put a node together from the command line and run it."""

import asyncio
import contextlib
import gc
import logging
import os
import sys
import tempfile
from pathlib import Path

from lab.control import serve_control
from mongo.control import steering
from mongo.flags import Flags
from mongo.node import Node
from mongo.replica.member import Member
from mongo.server import serve
from mongo.storage.history import History


def main(arguments: list[str]) -> int:
    """Run until told to end."""
    flags = Flags.parse(arguments)
    _log_to(flags.logpath)
    with contextlib.ExitStack() as stack:
        folder = flags.dbpath or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if not folder.is_dir():
            sys.stderr.write(f"The --dbpath {folder} is not there. Create the folder first.\n")
            return 100
        node = _node(flags, folder)
        gc.freeze()  # the modules stay for ever: no need to look at them again and again
        asyncio.run(_serve(node))
    return 0


async def _serve(node: Node) -> None:
    serve_control(steering(node))
    try:
        await serve(node)
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {node.address}: {error.strerror or error}\n")
        raise SystemExit(48) from error


def _node(flags: Flags, folder: Path) -> Node:
    history = History(folder / "journal.bson")
    replica, key = None, os.environ.get("STAND_IN_KEY", "")
    if flags.set_name:
        addresses = {f"{host}:{flags.port}" for host in (flags.bind_ip, "127.0.0.1", "localhost")}
        replica = Member(flags.set_name, frozenset(addresses), history, folder, key)
    return Node(history, folder, flags.bind_ip, flags.port, replica, key=key)


def _log_to(file: Path | None) -> None:
    logging.basicConfig(
        filename=file, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("asyncio").setLevel(logging.WARNING)
