"""One command on its way: what was asked, of whom, on which connection."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from hmac import compare_digest

from mongo.document import Document, Value
from mongo.errors import CommandError
from mongo.node import Node
from mongo.query.expressions import evaluate
from mongo.storage.collection import Collection
from mongo.storage.retries import RetryKey


class Access(Enum):
    """Who may answer a command in a replica set."""

    ANYBODY = "anybody"
    READER = "reader"
    PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Call:
    """A command with the node that has to answer it."""

    node: Node
    body: Document
    connection: int = 0

    @property
    def name(self) -> str:
        """Give the name of the command: its first field."""
        return next(iter(self.body), "")

    @property
    def argument(self) -> Value:
        """Give the value of the first field."""
        return self.body[self.name]

    @property
    def database(self) -> str:
        """Give the database the command is for."""
        return str(self.body.get("$db", "test"))

    @property
    def namespace(self) -> str:
        """Give the database and collection that the command names."""
        name = self.argument
        if not isinstance(name, str) or not name or "\0" in name or "$" in name[:1]:
            raise CommandError(73, f"Invalid namespace specified '{self.database}.{name}'")
        return f"{self.database}.{name}"

    @property
    def collection(self) -> Collection | None:
        """Find the collection that the command names, if it is there."""
        return self.node.history.store.find(self.namespace)

    @property
    def variables(self) -> Document:
        """Evaluate the variables of the command's `let`; each is an expression."""
        return {name: evaluate(value, {}) for name, value in (self.body.get("let") or {}).items()}

    @property
    def retry_key(self) -> RetryKey | None:
        """Give the key of a retryable write; only a replica set has them."""
        key = RetryKey.of(self.body)
        if key is not None and self.node.replica is None:
            raise CommandError(
                20, "Transaction numbers are only allowed on a replica set member or mongos"
            )
        if key is not None:
            self.node.history.retries.refuse_old(key)
        return key

    @property
    def is_trusted(self) -> bool:
        """Tell whether the sender is of the house: who has no key lets everybody in."""
        key = self.node.key
        return not key or compare_digest(str(self.body.get("key", "")).encode(), key.encode())

    @property
    def term(self) -> int:
        """Give the term to write under."""
        return self.node.replica.term if self.node.replica else 0


Answer = Document | Awaitable[Document]
Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Command:
    """How one command is answered, and by whom."""

    run: Handler
    access: Access = Access.ANYBODY
    counter: str = "command"


def read(run: Handler, counter: str = "command") -> Command:
    """Make a command that reads."""
    return Command(run, Access.READER, counter=counter)


def write(run: Handler, counter: str = "command") -> Command:
    """Make a command that writes, and waits until enough members have what it wrote."""
    return Command(run, Access.PRIMARY, counter=counter)
