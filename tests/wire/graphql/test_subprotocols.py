from __future__ import annotations

from gql.transport.websockets import WebsocketsTransport

from wslab.wire.graphql.subprotocols import LEGACY, SUBPROTOCOLS, TRANSPORT, Shape, Side


def test_the_types_of_both_are_those_of_their_specifications() -> None:
    assert set(TRANSPORT.types) == {
        "connection_init", "connection_ack", "ping", "pong", "subscribe", "next", "error", "complete",
    }  # fmt: skip
    assert set(LEGACY.types) == {
        "connection_init", "connection_ack", "connection_error", "ka", "start", "data", "error", "complete",
        "stop", "connection_terminate",
    }  # fmt: skip


def test_the_names_are_those_that_another_implementation_offers() -> None:
    assert set(SUBPROTOCOLS) == {
        WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL,
        WebsocketsTransport.APOLLO_SUBPROTOCOL,
    }
    assert next(iter(SUBPROTOCOLS)) == WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL


def test_every_type_can_be_sent_by_someone_and_says_what_it_is() -> None:
    for subprotocol in SUBPROTOCOLS.values():
        for name, kind in subprotocol.types.items():
            assert kind.name == name
            assert kind.sides
            assert kind.words.endswith((".", "?"))
            assert not (kind.needs_id and kind.optional_id)


def test_what_only_one_side_sends() -> None:
    assert TRANSPORT.types["complete"].sides == set(Side)
    assert TRANSPORT.types["subscribe"].sides == {Side.CLIENT}
    assert LEGACY.types["complete"].sides == {Side.SERVER}
    assert LEGACY.types["stop"].sides == {Side.CLIENT}
    assert TRANSPORT.types["error"].payload is Shape.ERRORS
    assert LEGACY.types["error"].payload is Shape.ERROR
