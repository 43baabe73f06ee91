"""The module `outside` of the learner's process: a harness asks the test, and waits for its answer.

What a test's object says there decides; whoever runs in this process can ask the same, and no more.
"""

from __future__ import annotations

import json
import threading
from types import ModuleType

from runner.values import NotCarried, encode

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    import socket
    from io import BufferedReader
    from typing import Any

NAME = "outside"


class Refused(Exception):
    """The test's object refused; the text says why."""


class Outside(ModuleType):
    """What `import outside` gives.

    Args:
        channel: To the agent.
        lines: What comes from there.
    """

    Refused = Refused

    def __init__(self, channel: socket.socket, lines: BufferedReader) -> None:
        super().__init__(NAME, "Asks the test: `outside.ask(name, *args)`.")
        self._channel = channel
        self._lines = lines
        self._one_at_a_time = threading.Lock()
        self.nonce = ""  # of the call that is under way

    def ask(self, name: str, *args: object) -> Any:
        """What the test's object answers to this method; raises Refused when it refuses."""
        try:
            question = f'{{"name": {encode(str(name))}, "args": {encode(list(args))}}}'
        except NotCarried as error:
            raise TypeError(f"{name}: {error}".replace("the answer", "what is asked")) from None
        with self._one_at_a_time:
            line = f'{{"nonce": {json.dumps(self.nonce)}, "ask": {question}}}\n'
            self._channel.sendall(line.encode())
            told = json.loads(self._lines.readline())["reply"]
        if told["refused"] is not None:
            raise Refused(told["refused"])
        return told["value"]
