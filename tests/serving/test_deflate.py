"""Compression of long messages only, held against the client of websockets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import Frame, Opcode

from wslab.serving.deflate import Deflate, DeflateFactory


def pair(shortest: int, **parameters: bool | int) -> tuple[Deflate, PerMessageDeflate]:
    """Return the server's side and the client's, as they agree on it."""
    offer = ClientPerMessageDeflateFactory()
    answer, server = DeflateFactory(shortest, **parameters).process_request_params(
        offer.get_request_params(), []
    )
    assert isinstance(server, Deflate)
    return server, offer.process_response_params(answer, [])


def test_a_message_is_compressed_from_the_length_on() -> None:
    server, client = pair(100)
    for length, compressed in ((99, False), (100, True), (0, False), (1000, True)):
        sent = server.encode(Frame(Opcode.TEXT, b"a" * length))
        assert sent.rsv1 == compressed
        assert (len(sent.data) < length) == compressed
        assert client.decode(sent).data == b"a" * length


def test_a_message_in_fragments_is_compressed_from_the_first_to_the_last() -> None:
    server, client = pair(100)
    frames = [
        Frame(Opcode.BINARY, b"ab", fin=False), Frame(Opcode.PING, b"?"), Frame(Opcode.CONT, b"c"),
        Frame(Opcode.TEXT, b"short"),
    ]  # fmt: skip
    sent = [server.encode(frame) for frame in frames]
    assert [frame.rsv1 for frame in sent] == [True, False, False, False]
    assert [bytes(client.decode(frame).data) for frame in sent] == [b"ab", b"?", b"c", b"short"]


@pytest.mark.parametrize("server_takeover", [False, True])
@pytest.mark.parametrize("client_takeover", [False, True])
def test_the_parameters_reach_the_extension(server_takeover: bool, client_takeover: bool) -> None:
    server, client = pair(
        0, server_no_context_takeover=not server_takeover, client_no_context_takeover=not client_takeover,
        server_max_window_bits=9, client_max_window_bits=10,
    )  # fmt: skip
    assert (server.local_no_context_takeover, server.remote_no_context_takeover) == (
        not server_takeover, not client_takeover,
    )  # fmt: skip
    assert (server.local_max_window_bits, server.remote_max_window_bits) == (9, 10)
    first, second = (server.encode(Frame(Opcode.TEXT, b"the same words again")) for _ in range(2))
    assert (len(second.data) < len(first.data)) == server_takeover
    assert [client.decode(frame).data for frame in (first, second)] == [b"the same words again"] * 2


def test_a_second_offer_is_not_taken_as_well() -> None:
    server, _ = pair(0)
    with pytest.raises(NegotiationError, match="duplicate"):
        DeflateFactory(0).process_request_params([], [server])


@given(st.lists(st.binary(max_size=60), max_size=8), st.integers(0, 61), st.booleans())
def test_whatever_is_sent_arrives(messages: list[bytes], shortest: int, forget: bool) -> None:
    server, client = pair(shortest, server_no_context_takeover=forget)
    for message in messages:
        sent = server.encode(Frame(Opcode.BINARY, message))
        assert sent.rsv1 == (len(message) >= shortest)
        assert client.decode(sent).data == message
