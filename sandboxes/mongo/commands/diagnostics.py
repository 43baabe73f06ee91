"""Commands that show the process, and the one that ends it."""

import os
import time
from datetime import UTC, datetime
from typing import Final

from bson import Int64

from mongo.call import Call, Command
from mongo.commands.handshake import VERSION
from mongo.document import Document
from mongo.errors import CommandError

_COUNTED: Final = ("insert", "query", "update", "delete", "getmore", "command")
_PARAMETERS: Final[Document] = {
    "featureCompatibilityVersion": {"version": f"{VERSION[0]}.{VERSION[1]}"},
    "enableTestCommands": False,
    "requireApiVersion": False,
    "authenticationMechanisms": [],
}


def _server_status(call: Call) -> Document:
    node = call.node
    uptime = time.monotonic() - node.started
    status: Document = {
        "host": node.address,
        "version": ".".join(map(str, VERSION)),
        "process": "mongod",
        "standIn": True,
        "pid": Int64(os.getpid()),
        "uptime": uptime,
        "uptimeMillis": Int64(uptime * 1000),
        "localTime": datetime.now(UTC),
        "connections": {"current": node.connections, "totalCreated": node.counters["connection"]},
        "opcounters": {name: Int64(node.counters[name]) for name in _COUNTED},
        "metrics": {"cursor": {"open": {"total": Int64(len(node.cursors))}}},
        "storageEngine": {"name": "standIn", "persistent": True},
    }
    member = node.replica
    if member is not None:
        status["repl"] = {
            "setName": member.name,
            "isWritablePrimary": member.is_primary,
            "secondary": not member.is_primary,
            "primary": member.primary,
            "me": member.address,
            "rolledBack": Int64(member.rolled_back),
        }
    return status | {"ok": 1.0}


def _get_parameter(call: Call) -> Document:
    wanted = call.argument
    if wanted == "*" or isinstance(wanted, dict):
        return _PARAMETERS | {"ok": 1.0}
    found = {name: value for name, value in _PARAMETERS.items() if name in call.body}
    if not found:
        raise CommandError(72, "no option found to get")
    return found | {"ok": 1.0}


def _connection_status(_call: Call) -> Document:
    nobody: Document = {"authenticatedUsers": [], "authenticatedUserRoles": []}
    return {"authInfo": nobody, "ok": 1.0}


def _host_info(call: Call) -> Document:
    system = {
        "hostname": call.node.host,
        "numCores": os.cpu_count(),
        "currentTime": datetime.now(UTC),
    }
    return {"system": system, "os": {"type": os.uname().sysname}, "ok": 1.0}


def _shutdown(call: Call) -> Document:
    if call.node.replica is not None:
        call.node.replica.step_down("the process ends")
    call.node.is_stopping = True
    call.node.history.changed.fire()
    return {"ok": 1.0}


COMMANDS: Final[dict[str, Command]] = {
    "connectionStatus": Command(_connection_status),
    "getCmdLineOpts": Command(lambda _call: {"argv": ["mongod"], "parsed": {}, "ok": 1.0}),
    "getLog": Command(lambda _call: {"totalLinesWritten": 0, "log": [], "ok": 1.0}),
    "getParameter": Command(_get_parameter),
    "hostInfo": Command(_host_info),
    "serverStatus": Command(_server_status),
    "shutdown": Command(_shutdown),
    "whatsmyuri": Command(lambda call: {"you": f"127.0.0.1:{call.connection}", "ok": 1.0}),
}
