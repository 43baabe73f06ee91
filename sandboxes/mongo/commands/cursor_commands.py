"""Commands on open cursors."""

from typing import Final

from bson import Int64

from mongo.call import Call, Command
from mongo.document import Document


def _get_more(call: Call) -> Document:
    return call.node.cursors.more(int(call.argument), call.body.get("batchSize"))


def _kill_cursors(call: Call) -> Document:
    asked = [int(identity) for identity in call.body["cursors"]]
    killed = [identity for identity in asked if call.node.cursors.kill(identity)]
    return {
        "cursorsKilled": list(map(Int64, killed)),
        "cursorsNotFound": [Int64(identity) for identity in asked if identity not in killed],
        "cursorsAlive": [],
        "cursorsUnknown": [],
        "ok": 1.0,
    }


COMMANDS: Final[dict[str, Command]] = {
    "getMore": Command(_get_more, counter="getmore"),
    "killCursors": Command(_kill_cursors),
}
