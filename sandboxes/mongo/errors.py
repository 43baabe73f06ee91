"""What a client can be told went wrong, with MongoDB's own codes and names."""

from typing import Final

from mongo.document import Value

CODE_NAMES: Final = {
    2: "BadValue",
    8: "UnknownError",
    9: "FailedToParse",
    11: "UserNotFound",
    14: "TypeMismatch",
    18: "AuthenticationFailed",
    20: "IllegalOperation",
    23: "AlreadyInitialized",
    26: "NamespaceNotFound",
    27: "IndexNotFound",
    28: "PathNotViable",
    40: "ConflictingUpdateOperators",
    43: "CursorNotFound",
    48: "NamespaceExists",
    50: "MaxTimeMSExpired",
    52: "DollarPrefixedFieldName",
    53: "InvalidIdField",
    59: "CommandNotFound",
    64: "WriteConcernFailed",
    66: "ImmutableField",
    67: "CannotCreateIndex",
    72: "InvalidOptions",
    73: "InvalidNamespace",
    74: "NodeNotFound",
    76: "NoReplicationEnabled",
    85: "IndexOptionsConflict",
    86: "IndexKeySpecsConflict",
    93: "InvalidReplicaSetConfig",
    94: "NotYetInitialized",
    95: "NotSecondary",
    100: "UnsatisfiableWriteConcern",
    103: "NewReplicaSetConfigurationIncompatible",
    125: "CommandFailed",
    189: "PrimarySteppedDown",
    225: "TransactionTooOld",
    238: "NotImplemented",
    262: "ExceededTimeLimit",
    10107: "NotWritablePrimary",
    10334: "BSONObjectTooLarge",
    11000: "DuplicateKey",
    11602: "InterruptedDueToReplStateChange",
    13435: "NotPrimaryNoSecondaryOk",
    13436: "NotPrimaryOrSecondary",
    17280: "KeyTooLong",
}
RETRYABLE_CODES: Final = frozenset({189, 10107, 11602, 13435, 13436})


class CommandError(Exception):
    """A command that cannot be answered; becomes `{ok: 0, code, codeName, errmsg}`."""

    def __init__(self, code: int, message: str, **details: Value) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    @property
    def name(self) -> str:
        """Give the code name that MongoDB uses for this code."""
        return CODE_NAMES.get(self.code, f"Location{self.code}")

    def reply(self) -> dict[str, Value]:
        """Say it as the reply to a command."""
        found: dict[str, Value] = {
            "ok": 0.0,
            "errmsg": self.message,
            "code": self.code,
            "codeName": self.name,
        }
        return found | self.details

    def write_error(self, index: int) -> dict[str, Value]:
        """Say it as one entry of `writeErrors`."""
        return {"index": index, "code": self.code, "errmsg": self.message} | self.details


class DuplicateKeyError(CommandError):
    """A write that a unique index forbids."""

    def __init__(
        self, namespace: str, index: str, pattern: dict[str, Value], key: dict[str, Value]
    ) -> None:
        shown = ", ".join(f"{name}: {_shown(value)}" for name, value in key.items())
        super().__init__(
            11000,
            f"E11000 duplicate key error collection: {namespace} index: {index} "
            f"dup key: {{ {shown} }}",
            keyPattern=pattern,
            keyValue=key,
        )


def _shown(value: Value) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


class Disconnect(Exception):
    """End the connection without an answer, as a broken network would."""
