"""Sessions: they live as long as a client uses them, and leave nothing behind."""

import uuid
from typing import Final

from bson import Binary

from mongo.call import Call, Command
from mongo.document import Document
from mongo.errors import CommandError


def _start(_call: Call) -> Document:
    return {"id": {"id": Binary.from_uuid(uuid.uuid4())}, "timeoutMinutes": 30, "ok": 1.0}


def _end(call: Call) -> Document:
    for session in call.argument:
        call.node.history.retries.forget(bytes(session["id"]))
    return {"ok": 1.0}


def _no_transactions(_call: Call) -> Document:
    raise CommandError(251, "there is no transaction to end")


COMMANDS: Final[dict[str, Command]] = {
    "startSession": Command(_start),
    "endSessions": Command(_end),
    "refreshSessions": Command(lambda _call: {"ok": 1.0}),
    "killSessions": Command(_end),
    "killAllSessions": Command(lambda _call: {"ok": 1.0}),
    "commitTransaction": Command(_no_transactions),
    "abortTransaction": Command(_no_transactions),
}
