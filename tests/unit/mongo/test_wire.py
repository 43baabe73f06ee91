"""The bytes of the protocol, also those that pymongo does not send."""

import socket
import struct

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mongo.wire import WireError, decode_message, encode_message, message_size
from tests.unit.mongo.servers import Server

FIELDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(FIELDS.filter(lambda name: name != "$db"), VALUES, max_size=5))
def test_a_document_survives_the_way_through_the_codec(document):
    decoded = decode_message(encode_message(document, request_id=7))
    assert decoded.request_id == 7
    assert bson.encode(decoded.body) == bson.encode(document)


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_worse(data):
    header = struct.pack("<iiii", 16 + len(data), 1, 0, 2013)
    try:
        decode_message(header + data)
    except WireError:
        return


def section(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + payload


def op_msg(flags: int, *sections: bytes) -> bytes:
    body = struct.pack("<I", flags) + b"".join(sections)
    return struct.pack("<iiii", 16 + len(body), 3, 0, 2013) + body


def test_a_document_sequence_becomes_a_field():
    documents = b"".join(bson.encode({"_id": number}) for number in range(3))
    sequence = b"documents\0" + documents
    sequence = struct.pack("<i", 4 + len(sequence)) + sequence
    command = bson.encode({"insert": "x", "$db": "t"})
    message = decode_message(op_msg(0, section(0, command), section(1, sequence)))
    assert message.body["documents"] == [{"_id": 0}, {"_id": 1}, {"_id": 2}]


def test_no_reply_is_owed_where_more_is_to_come():
    command = bson.encode({"ping": 1})
    assert not decode_message(op_msg(2, section(0, command))).expects_reply
    checked = op_msg(1, section(0, command)) + b"\1\2\3\4"
    checked = struct.pack("<i", len(checked)) + checked[4:]
    assert decode_message(checked).body == {"ping": 1}


@pytest.mark.parametrize("size", [-5, 3, 48_000_001])
def test_an_impossible_size_ends_the_conversation(size):
    with pytest.raises(WireError):
        message_size(struct.pack("<iiii", size, 1, 0, 2013))


def exchange(server: Server, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(data)
        head = connection.recv(16)
        if not head:
            return b""
        size = struct.unpack("<i", head[:4])[0]
        while len(head) < size:
            head += connection.recv(size - len(head))
        return head


def test_a_legacy_hello_gets_a_legacy_reply(server):
    query = struct.pack("<i", 0) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1)
    query += bson.encode({"isMaster": 1, "helloOk": True})
    reply = exchange(server, struct.pack("<iiii", 16 + len(query), 9, 0, 2004) + query)
    assert struct.unpack("<iiii", reply[:16])[2:] == (9, 1)
    document = bson.decode(reply[36:])
    assert document["ismaster"] is True
    assert document["maxWireVersion"] == 25


def test_an_unknown_opcode_closes_the_connection_and_nothing_else(server):
    assert exchange(server, struct.pack("<iiii", 16, 1, 0, 2012)) == b""
    with server.client() as client:
        assert client.admin.command("ping")["ok"] == 1


def test_a_message_in_small_pieces_is_understood(server):
    whole = encode_message({"ping": 1, "$db": "admin"}, request_id=4)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        for byte in whole:
            connection.sendall(bytes([byte]))
        assert decode_message(connection.recv(1000)).body["ok"] == 1
