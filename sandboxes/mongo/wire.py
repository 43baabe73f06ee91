"""The MongoDB wire protocol: OP_MSG, and OP_QUERY for a legacy first hello."""

import struct
from dataclasses import dataclass
from typing import Final

import bson
from bson.codec_options import CodecOptions, DatetimeConversion

from mongo.document import Document

OP_REPLY: Final = 1
OP_QUERY: Final = 2004
OP_MSG: Final = 2013
CHECKSUM_PRESENT: Final = 1
MORE_TO_COME: Final = 2
MAX_MESSAGE_BYTES: Final = 48_000_000
MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024

HEADER: Final = struct.Struct("<iiii")
_INT: Final = struct.Struct("<i")
_REPLY_FIELDS: Final = struct.Struct("<iqii")
CODEC: Final = CodecOptions[Document](datetime_conversion=DatetimeConversion.DATETIME_AUTO)


class WireError(Exception):
    """Bytes that are not the wire protocol; the connection cannot go on."""


@dataclass(frozen=True, slots=True)
class Message:
    """One command as it came over the wire."""

    request_id: int
    body: Document
    expects_reply: bool = True
    is_legacy: bool = False

    def encode_reply(self, reply: Document) -> bytes:
        """Encode the answer to this message in the opcode the client spoke."""
        if self.is_legacy:
            return encode_legacy_reply(reply, self.request_id)
        return encode_message(reply, response_to=self.request_id)


def encode_message(body: Document, *, request_id: int = 0, response_to: int = 0) -> bytes:
    """Encode a document as an OP_MSG with one body section."""
    payload = bson.encode(body, codec_options=CODEC)
    size = HEADER.size + 5 + len(payload)
    header = HEADER.pack(size, request_id, response_to, OP_MSG)
    return b"".join((header, b"\x00\x00\x00\x00\x00", payload))


def encode_legacy_reply(body: Document, response_to: int) -> bytes:
    """Encode a document as the OP_REPLY that an OP_QUERY expects."""
    payload = _REPLY_FIELDS.pack(8, 0, 0, 1) + bson.encode(body, codec_options=CODEC)
    return HEADER.pack(HEADER.size + len(payload), 0, response_to, OP_REPLY) + payload


def message_size(buffer: bytes | bytearray) -> int:
    """Read the size of the message that a buffer starts with; 0 if it is not there yet."""
    if len(buffer) < HEADER.size:
        return 0
    size: int = _INT.unpack_from(buffer)[0]
    if not HEADER.size <= size <= MAX_MESSAGE_BYTES:
        raise WireError(f"a message cannot have {size} bytes")
    return size


def decode_message(data: bytes) -> Message:
    """Decode one whole message."""
    _, request_id, _, opcode = HEADER.unpack_from(data)
    try:
        if opcode == OP_MSG:
            return _decode_op_msg(data, request_id)
        if opcode == OP_QUERY:
            return _decode_op_query(data, request_id)
    except (struct.error, IndexError, ValueError, bson.errors.BSONError) as error:
        raise WireError(f"a message that cannot be decoded: {error}") from error
    raise WireError(f"opcode {opcode} is not spoken here")


def _decode_op_msg(data: bytes, request_id: int) -> Message:
    flags = int(_INT.unpack_from(data, HEADER.size)[0])
    end = len(data) - (4 if flags & CHECKSUM_PRESENT else 0)
    body: Document | None = None
    sequences: Document = {}
    position = HEADER.size + 4
    while position < end:
        kind, size = data[position], _INT.unpack_from(data, position + 1)[0]
        section = data[position + 1 : position + 1 + size]
        if kind == 0:
            body = bson.decode(section, codec_options=CODEC)
        elif kind == 1:
            name, documents = _decode_sequence(section)
            sequences[name] = documents
        else:
            raise WireError(f"section kind {kind} is not known")
        position += 1 + size
    if body is None:
        raise WireError("a message without a body")
    return Message(request_id, body | sequences, expects_reply=not flags & MORE_TO_COME)


def _decode_sequence(section: bytes) -> tuple[str, list[Document]]:
    stop = section.index(b"\x00", 4)
    documents = bson.decode_all(section[stop + 1 :], codec_options=CODEC)
    return section[4:stop].decode(), documents


def _decode_op_query(data: bytes, request_id: int) -> Message:
    stop = data.index(b"\x00", HEADER.size + 4)
    namespace = data[HEADER.size + 4 : stop].decode()
    start = stop + 1 + 8
    size = _INT.unpack_from(data, start)[0]
    body = bson.decode(data[start : start + size], codec_options=CODEC)
    database, _, collection = namespace.partition(".")
    if collection != "$cmd":
        raise WireError("OP_QUERY is spoken for commands only")
    return Message(request_id, body | {"$db": database}, is_legacy=True)
