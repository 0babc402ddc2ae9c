"""Our reader against the sans-I/O one of `websockets`, on the bytes that `websockets` itself writes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame as TheirFrame
from websockets.http11 import Request, Response
from websockets.protocol import Protocol
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from tests.support.wire_streams import C2S, S2C, fixed_clock, pieces
from wslab.wire.connection import ConnectionReader
from wslab.wire.deflate import agreed
from wslab.wire.events import Close, Direction, Event, Frame, Http, Message

NO_LIMIT = 2**30


@dataclass
class Wire:
    """A client and a server of `websockets`, joined by a wire that our reader watches."""

    client: ClientProtocol
    server: ServerProtocol
    portions: list[int]
    reader: ConnectionReader = field(
        default_factory=lambda: ConnectionReader(1, fixed_clock(), preview_limit=NO_LIMIT)
    )
    ours: list[Event] = field(default_factory=list)
    theirs: dict[Direction, list[TheirFrame]] = field(default_factory=lambda: {C2S: [], S2C: []})

    def sender(self, direction: Direction) -> Protocol:
        return self.client if direction is C2S else self.server

    def carry(self, direction: Direction) -> None:
        """Bring what one side wants to send to the other and to our reader."""
        receiver = self.sender(direction.other)
        data = b"".join(self.sender(direction).data_to_send())
        for piece in pieces(data, self.portions):
            self.ours += self.reader.receive(direction, piece)
            receiver.receive_data(piece)
        for event in receiver.events_received():
            if isinstance(event, Request):
                self.server.send_response(self.server.accept(event))
            elif not isinstance(event, Response):
                self.theirs[direction].append(event)

    def frames(self, direction: Direction) -> list[Frame]:
        return [e for e in self.ours if isinstance(e, Frame) and e.direction is direction]


def joined(portions: list[int], client_deflate: object = None, server_deflate: object = None) -> Wire:
    client = ClientProtocol(
        parse_uri("ws://example.com/chat?x=1"),
        extensions=[client_deflate] if isinstance(client_deflate, ClientPerMessageDeflateFactory) else None,
        subprotocols=["chat", "v12.stomp"],  # type: ignore[list-item]
        max_size=None,
    )
    server = ServerProtocol(
        extensions=[server_deflate] if isinstance(server_deflate, ServerPerMessageDeflateFactory) else None,
        subprotocols=["v12.stomp"],  # type: ignore[list-item]
        max_size=None,
    )
    wire = Wire(client, server, portions)
    client.send_request(client.connect())
    wire.carry(C2S)
    wire.carry(S2C)
    assert client.handshake_exc is None
    assert server.handshake_exc is None
    return wire


def check(wire: Wire) -> None:
    """Compare everything that both readers saw."""
    assert not any(getattr(event, "violations", ()) for event in wire.ours)
    for direction in Direction:
        ours, theirs = wire.frames(direction), wire.theirs[direction]
        assert [(frame.opcode, frame.fin) for frame in ours] == [(each.opcode, each.fin) for each in theirs]
        contents: list[tuple[int, bytes]] = []
        for frame in theirs:
            if frame.opcode in (1, 2):
                contents.append((frame.opcode, bytes(frame.data)))
            elif frame.opcode == 0:
                contents[-1] = contents[-1][0], contents[-1][1] + bytes(frame.data)
        messages = [e for e in wire.ours if isinstance(e, Message) and e.direction is direction]
        assert [(message.opcode, message.preview) for message in messages] == contents
        assert [message.length for message in messages] == [len(content) for _, content in contents]
        assert [frame.preview for frame in ours if frame.control] == [
            bytes(each.data) for each in theirs if each.opcode >= 8
        ]


sent = st.tuples(
    st.sampled_from(Direction),
    st.sampled_from(["text", "binary", "fragments", "ping", "pong"]),
    st.text(max_size=40) | st.sampled_from(["", "ab" * 200, "日本語" * 30]),
)
portions = st.sampled_from([[10**6], [1], [3, 50], [700]])


def send(wire: Wire, direction: Direction, kind: str, text: str) -> None:
    side, payload = wire.sender(direction), text.encode()
    match kind:
        case "text":
            side.send_text(payload)
        case "binary":
            side.send_binary(payload)
        case "ping":
            side.send_ping(payload[:125])
        case "pong":
            side.send_pong(payload[:125])
        case "fragments":
            side.send_binary(payload[:3], fin=False)
            side.send_ping(b"between")
            side.send_continuation(payload[3:10], fin=False)
            side.send_continuation(payload[10:], fin=True)
    wire.carry(direction)
    # A Ping is answered by the other side at once.
    wire.carry(direction.other)


@settings(deadline=None, max_examples=60)
@given(st.lists(sent, max_size=10), portions)
def test_without_compression(script: list[tuple[Direction, str, str]], portions: list[int]) -> None:
    wire = joined(portions)
    for direction, kind, text in script:
        send(wire, direction, kind, text)
    check(wire)


COMBINATIONS = list(itertools.product([False, True], [False, True], [None, 9, 12, 15], [None, True, 9, 15]))


@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_every_combination_of_compression_parameters(
    combination: tuple[bool, bool, int | None, int | bool | None],
) -> None:
    server_fresh, client_fresh, server_bits, client_bits = combination
    wire = joined(
        [50],
        ClientPerMessageDeflateFactory(server_fresh, client_fresh, server_bits, client_bits),  # type: ignore[arg-type]
        ServerPerMessageDeflateFactory(server_fresh, client_fresh),
    )
    shake = wire.reader.handshake
    assert shake is not None
    assert shake.failures == ()
    parameters, opaque = agreed(shake.extensions)
    theirs = wire.client.extensions[0]
    assert parameters is not None
    assert not opaque
    assert parameters.server_no_context_takeover == theirs.remote_no_context_takeover
    assert parameters.client_no_context_takeover == theirs.local_no_context_takeover
    assert parameters.server_max_window_bits == theirs.remote_max_window_bits
    assert parameters.client_max_window_bits == theirs.local_max_window_bits
    for direction in Direction:
        for text in ("same words, same words", "same words, same words", "日本語" * 3000, ""):
            for kind in ("text", "binary", "fragments"):
                send(wire, direction, kind, text)
    check(wire)
    compressed = [e for e in wire.ours if isinstance(e, Message) and e.compressed]
    assert len(compressed) == 24


@settings(deadline=None, max_examples=60)
@given(st.lists(sent, max_size=10), portions, st.booleans(), st.booleans())
def test_with_compression(
    script: list[tuple[Direction, str, str]], portions: list[int], server_fresh: bool, client_fresh: bool
) -> None:
    wire = joined(
        portions,
        ClientPerMessageDeflateFactory(server_fresh, client_fresh),
        ServerPerMessageDeflateFactory(server_max_window_bits=10),
    )
    for direction, kind, text in script:
        send(wire, direction, kind, text)
    check(wire)


def test_the_handshake_is_read_as_they_read_it() -> None:
    wire = joined([7])
    request, response = (event for event in wire.ours if isinstance(event, Http))
    theirs = wire.client.handshake_exc
    assert theirs is None
    assert request.start_line == "GET /chat?x=1 HTTP/1.1"
    assert wire.reader.response is response
    shake = wire.reader.handshake
    assert shake is not None
    assert (shake.ok, shake.subprotocol, shake.url_path) == (True, "v12.stomp", "/chat?x=1")
    assert shake.subprotocol == wire.client.subprotocol
    assert shake.subprotocols_offered == ("chat", "v12.stomp")


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(Direction),
    st.none() | st.sampled_from([1000, 1001, 1008, 1011, 1012, 3000, 4999]),
    st.text(max_size=30),
    portions,
)
def test_closing(direction: Direction, code: int | None, reason: str, portions: list[int]) -> None:
    wire = joined(portions)
    wire.sender(direction).send_close(code, "" if code is None else reason)
    wire.carry(direction)
    wire.carry(direction.other)
    closes = [event for event in wire.ours if isinstance(event, Close)]
    assert [(close.direction, close.first) for close in closes] == [
        (direction, True),
        (direction.other, False),
    ]
    assert closes[0].code == code
    assert closes[0].reason == ("" if code is None else reason)
    assert wire.reader.close_sent_first is direction
    received = wire.sender(direction.other).close_rcvd
    assert received is not None
    assert (received.code, received.reason) == (1005 if code is None else code, closes[0].reason)
    check(wire)
