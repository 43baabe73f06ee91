"""The command line: the flags of mongod that a lab uses, and nothing else."""

import argparse
from dataclasses import dataclass
from pathlib import Path

IGNORED = ("--wiredTigerCacheSizeGB", "--oplogSize", "--setParameter", "--storageEngine")
IGNORED_SWITCHES = ("--quiet", "--nounixsocket", "--noauth", "--logappend", "--directoryperdb")


@dataclass(frozen=True, slots=True)
class Flags:
    """What the process was started with."""

    port: int
    bind_ip: str
    dbpath: Path | None
    set_name: str | None
    logpath: Path | None

    @classmethod
    def parse(cls, arguments: list[str]) -> "Flags":
        """Read the command line; argparse ends the process where it makes no sense."""
        parser = argparse.ArgumentParser(
            prog="mongo", description="A stand-in for mongod, for where there is none."
        )
        parser.add_argument("--port", type=int, default=27017)
        parser.add_argument("--bind_ip", default="127.0.0.1")
        parser.add_argument("--dbpath", type=Path, help="without it the data ends with the process")
        parser.add_argument("--replSet", dest="set_name", help="the name of the replica set")
        parser.add_argument("--logpath", type=Path, help="default: stderr")
        for name in IGNORED:
            parser.add_argument(name, help=argparse.SUPPRESS)
        for name in IGNORED_SWITCHES:
            parser.add_argument(name, action="store_true", help=argparse.SUPPRESS)
        found = parser.parse_args(arguments)
        if found.set_name and not found.port:
            parser.error("a member of a set is known by its port: give a --port above 0")
        host = found.bind_ip.split(",")[0]
        return cls(found.port, host, found.dbpath, found.set_name, found.logpath)
